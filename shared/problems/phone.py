"""The phone by itself."""

from shared.problems.kinds import ProblemType, problem

PROBLEMS: tuple[ProblemType, ...] = (
    problem(
        "no_connection",
        503,
        ("Không có kết nối", "No connection"),
        (
            "Không tới được máy chủ; phiếu vẫn nằm trên điện thoại và sẽ tự gửi lại.",
            "The server cannot be reached; the report stays on the phone and will be sent again.",
        ),
    ),
    problem(
        "not_our_server",
        502,
        ("Không phải máy chủ của cơ quan", "Not our server"),
        (
            "Nơi trả lời không chứng minh được là máy chủ của cơ quan (có thể là cổng Wi-Fi); đổi mạng rồi thử lại.",
            "What answered could not prove to be our server (a Wi-Fi portal?); change the network and try again.",
        ),
    ),
    problem(
        "answer_invalid",
        502,
        ("Máy chủ trả lời lạ", "A strange answer"),
        (
            "Máy chủ trả lời điều ứng dụng không hiểu; dữ liệu vẫn còn trên điện thoại, ứng dụng sẽ thử lại.",
            "The server's answer makes no sense to the app; the data stays on the phone, it will try again.",
        ),
    ),
    problem(
        "photo_unreadable",
        422,
        ("Không đọc được ảnh", "The photo cannot be read"),
        (
            "Không đọc được tệp ảnh “{name}”; chụp hoặc chọn lại.",
            "The photo “{name}” cannot be read; take or choose it again.",
        ),
    ),
    problem(
        "not_enrolled",
        409,
        ("Chưa kích hoạt", "Not enrolled"),
        (
            "Chưa có ai kích hoạt trên máy này; xin mã kích hoạt từ phụ trách rồi nhập vào.",
            "Nobody is enrolled on this phone; ask the supervisor for a code and enter it.",
        ),
    ),
    problem(
        "draft_closed",
        409,
        ("Phiếu nháp đã đóng", "The draft is closed"),
        (
            "Phiếu nháp này đã niêm phong hoặc đã bỏ nên không sửa được nữa; lập phiếu mới nếu cần bổ sung.",
            "This draft was sealed or discarded and can no longer be changed; start a new report to add to it.",
        ),
    ),
    problem(
        "key_unsafe",
        409,
        ("Khóa ký không an toàn", "The signing key is not safe"),
        (
            "Khóa ký trên máy bị hỏng hoặc người khác đọc được nên không dùng; báo quản trị để kích hoạt lại.",
            "The signing key on this phone is damaged or readable by others and is not used; tell the administrator.",
        ),
    ),
    problem(
        "phone_full",
        507,
        ("Điện thoại hết chỗ", "The phone is full"),
        (
            "Điện thoại không còn chỗ để lưu; xóa bớt tệp khác trên máy rồi làm lại.",
            "The phone has no room left; remove other files from it and do this again.",
        ),
    ),
    problem(
        "phone_data_locked",
        409,
        ("Dữ liệu trên máy đang khóa", "The data on this phone is locked"),
        (
            "Khóa mở dữ liệu trên máy bị mất, không khớp hoặc người khác đọc được; dữ liệu vẫn còn nguyên,"
            " đừng gỡ ứng dụng, hãy báo quản trị.",
            "The key to the data on this phone is missing, does not fit or is readable by others; the data is"
            " untouched:"
            " do not remove the app, tell the administrator.",
        ),
    ),
    problem(
        "phone_data_newer",
        409,
        ("Ứng dụng cũ hơn dữ liệu", "The app is older than its data"),
        (
            "Dữ liệu trên máy do bản ứng dụng mới hơn ghi; cập nhật ứng dụng, dữ liệu vẫn còn nguyên.",
            "The data on this phone was written by a newer app; update the app, the data is untouched.",
        ),
    ),
    problem(
        "card_invalid",
        422,
        ("Không phải thẻ của Kiểm Khoáng", "Not a card of Kiểm Khoáng"),
        (
            "Thư mục này không phải thẻ của Kiểm Khoáng, hoặc do bản mới hơn ghi; chọn thư mục có tệp card.json.",
            "This folder is no card of Kiểm Khoáng, or a newer version wrote it; choose the folder with card.json.",
        ),
    ),
    problem(
        "card_failed",
        422,
        ("Không đọc hoặc ghi được thẻ", "The card cannot be read or written"),
        (
            "Không đọc hoặc ghi được thẻ; cắm lại thẻ rồi làm lại, những gì đã xong vẫn còn.",
            "The card cannot be read or written; put it in again and repeat this, what is done stays done.",
        ),
    ),
    problem(
        "card_locked",
        422,
        ("Thẻ không cho ghi", "The card is write-protected"),
        (
            "Thẻ hoặc thư mục này không cho ghi; gạt lẫy khóa bên cạnh thẻ hoặc chọn thư mục khác rồi làm lại.",
            "This card or folder is write-protected; move the lock at its side or choose another and repeat this.",
        ),
    ),
    problem(
        "card_full",
        507,
        ("Thẻ hết chỗ", "The card is full"),
        (
            "Thẻ không còn chỗ; dùng thẻ khác hoặc xóa bớt tệp khác trên thẻ rồi làm lại.",
            "The card has no room left; use another card or remove other files from it and repeat this.",
        ),
    ),
    problem(
        "card_file_differs",
        422,
        ("Tệp không khớp mã băm", "The file is not what its hash names"),
        (
            "Tệp “{name}” không còn đúng như lúc niêm phong nên không chép vào thẻ hay nhận từ thẻ; giữ máy gốc.",
            "The file “{name}” is not what was sealed, so it was not copied or taken in; keep the phone it is from.",
        ),
    ),
    problem(
        "card_report_invalid",
        422,
        ("Không phải phiếu", "Not a report"),
        (
            "Một tệp trong thư mục reports của thẻ không phải phiếu niêm phong nên không nhận; giữ thẻ và máy gốc.",
            "A file in the card's reports folder is no sealed report and was not taken; keep the card and its phone.",
        ),
    ),
    problem(
        "waits_for_wifi",
        503,
        ("Đợi Wi-Fi", "Waiting for Wi-Fi"),
        (
            "Máy được đặt chỉ gửi qua Wi-Fi nên còn đợi; nối Wi-Fi, hoặc đổi cài đặt gửi để dùng mạng di động.",
            "The phone is set to send over Wi-Fi only, so this waits; join a Wi-Fi or change the setting for sending.",
        ),
    ),
    problem(
        "session_ended",
        401,
        ("Phiên làm việc đã hết hiệu lực", "The session has ended"),
        (
            "Máy chủ không còn nhận phiên của máy này; phiếu đã niêm phong vẫn gửi được, xin mã kích hoạt mới.",
            "The server no longer takes this phone's session; what is sealed is still sent, ask for a new code.",
        ),
    ),
    problem(
        "invitation_invalid",
        422,
        ("Không phải mã kích hoạt", "Not an enrolment code"),
        (
            "Mã này không phải mã kích hoạt của Kiểm Khoáng, hoặc địa chỉ trong mã không an toàn; xin mã mới.",
            "This is no enrolment code of Kiểm Khoáng, or the address in it is not safe; ask for a new one.",
        ),
    ),
    problem(
        "server_missing",
        422,
        ("Thiếu địa chỉ máy chủ", "No server is named"),
        (
            "Máy này chưa biết máy chủ nào; nhập địa chỉ máy chủ mà phụ trách cho, hoặc quét mã QR.",
            "This phone knows no server yet; type the server's address your supervisor gives you, or scan the QR code.",
        ),
    ),
    problem(
        "server_address_invalid",
        422,
        ("Địa chỉ máy chủ không đúng", "Not the address of a server"),
        (
            "Địa chỉ máy chủ viết không đúng; nhập tên máy chủ, ví dụ kiemkhoang.example.vn hoặc ten-may-chu:8443.",
            "This is no address of a server; type its name, for example kiemkhoang.example.vn or a name and port.",
        ),
    ),
    problem(
        "server_not_https",
        422,
        ("Địa chỉ không an toàn", "The address is not safe"),
        (
            "Địa chỉ bắt đầu bằng http:// sẽ gửi mã không mã hóa qua mạng; nhập địa chỉ https://.",
            "An address with http:// would send the code unprotected through the network; type one with https://.",
        ),
    ),
    problem(
        "qr_not_found",
        422,
        ("Không thấy mã QR", "No QR code found"),
        (
            "Không đọc được mã QR nào trong ảnh; đưa máy lại gần rồi chụp lại, hoặc gõ mã kích hoạt bằng tay.",
            "No QR code could be read in the picture; come nearer and take it again, or type the code by hand.",
        ),
    ),
    problem(
        "camera_missing",
        422,
        ("Không có ứng dụng máy ảnh", "No camera app"),
        (
            "Máy này không có ứng dụng máy ảnh nào; hãy cài hoặc bật lại ứng dụng máy ảnh rồi chụp lại.",
            "This phone has no camera app; install one or switch it on again and take the picture again.",
        ),
    ),
    problem(
        "file_damaged",
        422,
        ("Tệp trên máy đã hỏng", "The file on the phone is damaged"),
        (
            "Tệp “{name}” trên máy không còn đúng như lúc niêm phong nên không gửi được; báo phụ trách.",
            "The file “{name}” on this phone is no longer as it was sealed and cannot be sent; tell the supervisor.",
        ),
    ),
    problem(
        "photo_broken",
        422,
        ("Ảnh đã hỏng", "The photo is damaged"),
        (
            "Ảnh này đã hỏng hoặc bị cắt cụt nên không xem được; nếu còn ở hiện trường thì chụp lại.",
            "This photo is damaged or cut short and cannot be shown; if you are still at the scene, take it again.",
        ),
    ),
    problem(
        "photo_kind_unknown",
        422,
        ("Máy này không vẽ được tệp", "This phone cannot draw the file"),
        (
            "Tệp này không phải ảnh, hoặc là loại ảnh (HEIC) mà ứng dụng không vẽ được; tệp vẫn nguyên và vẫn được"
            " gửi như thường.",
            "This file is no picture or of a kind (HEIC) the app cannot draw; it is whole and is sent as any other.",
        ),
    ),
    problem(
        "photo_too_many_pixels",
        422,
        ("Ảnh quá lớn", "The photo is too large"),
        (
            "Ảnh này có quá nhiều điểm ảnh nên điện thoại không mở được; tệp vẫn nguyên và vẫn được gửi như thường.",
            "This photo has too many pixels for a phone to open it; it is whole and is sent as any other.",
        ),
    ),
    problem(
        "map_unreadable",
        422,
        ("Không đọc được bản đồ", "The map cannot be read"),
        (
            "Tệp bản đồ “{name}” hỏng hoặc không phải MBTiles dạng ảnh; chép lại tệp khác vào máy, bản đồ vẫn dùng được"
            " không có nền.",
            "The map file “{name}” is damaged or no raster MBTiles; copy another to the phone; it works without one.",
        ),
    ),
    problem(
        "app_fault",
        500,
        ("Ứng dụng gặp lỗi", "Something went wrong in the app"),
        (
            "Ứng dụng gặp lỗi; những gì đã nhập vẫn được giữ, hãy thử lại và báo phụ trách mã {mark}.",
            "Something went wrong in the app; what was typed is kept; try again and tell your supervisor {mark}.",
        ),
    ),
    problem(
        "pin_invalid",
        422,
        ("Mã PIN không hợp lệ", "Not a PIN"),
        (
            "Mã PIN gồm từ {shortest} đến {longest} chữ số; chọn mã khác.",
            "A PIN has {shortest} to {longest} digits; choose another.",
        ),
    ),
    problem(
        "pin_wrong",
        401,
        ("Sai mã PIN", "Wrong PIN"),
        (
            "Mã PIN không đúng; nhập lại, còn {left} lần thử.",
            "This is not the PIN; type it again. Tries left: {left}.",
        ),
    ),
    problem(
        "pin_waits",
        429,
        ("Chưa nhận mã PIN", "No PIN is taken now"),
        (
            "Đã sai nhiều lần; chờ {minutes} phút rồi nhập lại.",
            "There were too many wrong tries; wait (minutes: {minutes}), then type it again.",
        ),
    ),
    problem(
        "pin_used_up",
        401,
        ("Hết lần thử mã PIN", "No tries left"),
        (
            "Đã sai mã PIN 10 lần nên quyền đăng nhập của kiểm tra viên đã bị xóa khỏi máy; phiếu vẫn còn trên máy và"
            " vẫn được gửi. Xin phụ trách mã kích hoạt mới.",
            "The PIN was wrong 10 times, so the inspector's access was removed from this phone; the reports stay and"
            " are still sent. Ask the supervisor for a new code.",
        ),
    ),
    problem(
        "pin_missing",
        409,
        ("Chưa có mã PIN", "No PIN yet"),
        (
            "Kiểm tra viên này chưa đặt mã PIN trên máy; xin phụ trách mã kích hoạt mới.",
            "This inspector has no PIN on this phone; ask the supervisor for a new code.",
        ),
    ),
    problem(
        "phone_data_damaged",
        500,
        ("Dữ liệu trên máy đã hỏng", "The data on this phone is damaged"),
        (
            "Dữ liệu trên máy hỏng, không đọc lại được gì; phần hỏng được giữ lại trên máy. Đừng xóa ứng dụng,"
            " báo phụ trách và xin mã kích hoạt mới.",
            "The data on this phone is damaged and none of it could be read; it is kept as it is. Do not remove"
            " the app, tell your supervisor and ask for a new code.",
        ),
    ),
)
