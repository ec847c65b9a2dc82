"""The request itself, and who is asking."""

from shared.problems.kinds import ProblemType, problem

PROBLEMS: tuple[ProblemType, ...] = (
    # --- the request itself
    problem(
        "not_json",
        400,
        ("Nội dung không phải JSON", "The body is not JSON"),
        (
            "Nội dung gửi lên không đọc được như JSON; kiểm tra lại ứng dụng rồi gửi lại.",
            "The body cannot be read as JSON; check the client and send it again.",
        ),
    ),
    problem(
        "request_invalid",
        400,
        ("Yêu cầu chưa đúng", "The request is not right"),
        (
            "Yêu cầu có chỗ chưa đúng; sửa các mục được nêu rồi gửi lại.",
            "Something in the request is not right; correct the fields named and send it again.",
        ),
    ),
    problem(
        "too_large",
        413,
        ("Nội dung quá lớn", "The body is too large"),
        (
            "Nội dung vượt quá {limit} byte; gửi ít hơn trong một lần.",
            "The body is larger than {limit} bytes; send less at a time.",
        ),
    ),
    problem(
        "media_type_unsupported",
        415,
        ("Kiểu nội dung không hỗ trợ", "Media type not supported"),
        (
            "Máy chủ không nhận kiểu nội dung này; dùng {expected}.",
            "The server does not take this media type; use {expected}.",
        ),
    ),
    problem(
        "not_acceptable",
        406,
        ("Không có dạng trả lời này", "No such representation"),
        (
            "Máy chủ không trả lời được ở dạng yêu cầu; hãy yêu cầu application/json.",
            "The server cannot answer in the form asked for; ask for application/json.",
        ),
    ),
    problem(
        "method_not_allowed",
        405,
        ("Không dùng được cách gọi này", "Method not allowed"),
        (
            "Địa chỉ này không nhận cách gọi {method}; xem tài liệu tại /api/v1/docs/.",
            "This address does not take {method}; see the documentation at /api/v1/docs/.",
        ),
    ),
    problem(
        "not_found",
        404,
        ("Không tìm thấy", "Not found"),
        (
            "Không có mục này, hoặc mục này nằm ngoài phạm vi của bạn; kiểm tra lại địa chỉ.",
            "There is no such thing, or it is outside your scope; check the address.",
        ),
    ),
    problem(
        "throttled",
        429,
        ("Gọi quá nhiều lần", "Too many requests"),
        (
            "Bạn gọi quá nhiều lần; hãy đợi {wait} giây rồi thử lại.",
            "Too many requests; wait {wait} seconds and try again.",
        ),
    ),
    problem(
        "server_error",
        500,
        ("Máy chủ gặp lỗi", "The server failed"),
        (
            "Máy chủ gặp lỗi ngoài dự kiến và không lưu gì; hãy thử lại sau, dữ liệu trên điện thoại vẫn còn.",
            "The server failed unexpectedly and kept nothing; try again later, what is on the phone stays there.",
        ),
        alert=True,
    ),
    problem(
        "storage_full",
        507,
        ("Máy chủ hết chỗ", "The server is full"),
        (
            "Máy chủ không còn chỗ lưu; báo quản trị, tệp vẫn nằm trên điện thoại.",
            "The server has no room left; tell the administrator, the file stays on the phone.",
        ),
        alert=True,
    ),
    problem(
        "storage_away",
        503,
        ("Ổ chứng cứ không ở chỗ của nó", "The evidence disk is not in its place"),
        (
            "Ổ chứng cứ của máy chủ không ở chỗ của nó; báo quản trị gắn lại, tệp vẫn nằm trên điện thoại.",
            "The server's evidence disk is not in its place; tell the administrator, the file stays on the phone.",
        ),
        alert=True,
    ),
    # --- who is asking
    problem(
        "not_signed_in",
        401,
        ("Chưa đăng nhập", "Not signed in"),
        ("Cần đăng nhập; gửi kèm mã thông báo (token) còn hiệu lực.", "Sign in first; send a valid token."),
    ),
    problem(
        "token_invalid",
        401,
        ("Mã thông báo không dùng được", "The token is not valid"),
        (
            "Mã thông báo (token) sai, hết hạn hoặc đã thu hồi; đăng nhập hoặc kích hoạt lại thiết bị.",
            "The token is wrong, expired or revoked; sign in or enrol the device again.",
        ),
    ),
    problem(
        "login_failed",
        401,
        ("Đăng nhập không được", "Sign-in failed"),
        ("Tên đăng nhập hoặc mật khẩu không đúng; thử lại.", "The user name or the password is wrong; try again."),
    ),
    problem(
        "not_allowed",
        403,
        ("Không có quyền", "Not allowed"),
        (
            "Vai trò của bạn không được làm việc này; nhờ người có thẩm quyền.",
            "Your role may not do this; ask someone who may.",
        ),
    ),
    problem(
        "csrf_failed",
        403,
        ("Phiên làm việc chưa được xác nhận", "The session was not confirmed"),
        (
            "Yêu cầu từ trình duyệt thiếu mã chống giả mạo; tải lại trang rồi thử lại.",
            "The browser's request lacks its anti-forgery code; reload the page and try again.",
        ),
    ),
    problem(
        "own_report",
        403,
        ("Không tự duyệt", "Not one's own"),
        (
            "Không ai duyệt phiếu do chính mình lập; nhờ người khác trong đơn vị.",
            "Nobody reviews a report they filed; ask a colleague.",
        ),
    ),
)
