"""Files of evidence: uploads, originals, small pictures."""

from shared.problems.kinds import ProblemType, problem

PROBLEMS: tuple[ProblemType, ...] = (
    problem(
        "tus_version",
        412,
        ("Phiên bản tus không hỗ trợ", "tus version not supported"),
        (
            "Máy chủ chỉ nhận tus 1.0.0; gửi tiêu đề Tus-Resumable: 1.0.0.",
            "The server speaks tus 1.0.0 only; send Tus-Resumable: 1.0.0.",
        ),
    ),
    problem(
        "evidence_unknown",
        404,
        ("Chứng cứ chưa được khai báo", "Evidence not declared"),
        (
            "Không có phiếu nào khai báo tệp này; gửi phiếu trước rồi gửi tệp.",
            "No received report declares this file; send the report first, then the file.",
        ),
    ),
    problem(
        "evidence_length",
        422,
        ("Độ dài tệp không khớp", "The length differs"),
        (
            "Độ dài tệp khác với {declared} byte đã niêm phong; gửi đúng tệp gốc.",
            "The length differs from the {declared} bytes that were sealed; send the original file.",
        ),
    ),
    problem(
        "upload_offset",
        409,
        ("Vị trí gửi không khớp", "The offset differs"),
        (
            "Máy chủ đã có {offset} byte; hỏi lại vị trí rồi gửi tiếp từ đó.",
            "The server has {offset} bytes; ask for the offset and go on from there.",
        ),
    ),
    problem(
        "upload_too_long",
        413,
        ("Gửi quá độ dài đã khai", "More bytes than declared"),
        (
            "Phần gửi vượt quá độ dài đã khai của tệp; hỏi lại vị trí rồi gửi tiếp.",
            "The part goes beyond the declared length; ask for the offset and go on from there.",
        ),
    ),
    problem(
        "evidence_too_large",
        413,
        ("Tệp lớn hơn mức nhận", "The file is larger than is taken"),
        (
            "Tệp {size} MB lớn hơn mức {limit} MB máy chủ nhận cho loại này; giữ tệp trên máy và báo quản trị nâng"
            " mức.",
            "The file has {size} MB and {limit} MB are taken of this kind; keep it and ask the administrator for more.",
        ),
    ),
    problem(
        "evidence_kept",
        403,
        ("Chứng cứ không xóa được", "Evidence is not deleted"),
        (
            "Tệp đã nhận đủ và là chứng cứ nên không xóa được; không cần gửi lại.",
            "The file arrived whole and is evidence, which is never deleted; nothing has to be sent again.",
        ),
    ),
    problem(
        "upload_expired",
        410,
        ("Lượt gửi đã hết hạn", "The upload has expired"),
        (
            "Tệp gửi dở quá lâu nên phần đã nhận đã bị bỏ; bắt đầu gửi lại tệp này.",
            "The upload was left unfinished for too long and its bytes were removed; begin to send this file again.",
        ),
    ),
    problem(
        "upload_length_needed",
        400,
        ("Cần biết trước độ dài tệp", "The length is needed first"),
        (
            "Máy chủ cần biết trước độ dài: gửi Upload-Length của tệp và Content-Length của phần gửi.",
            "The lengths are needed first: send Upload-Length of the file and Content-Length of the part.",
        ),
    ),
    problem(
        "checksum_unsupported",
        400,
        ("Mã kiểm không hỗ trợ", "Checksum not supported"),
        ("Chỉ nhận mã kiểm sha1 hoặc sha256 dạng base64.", "Only sha1 or sha256 in base64 is taken."),
    ),
    problem(
        "checksum_mismatch",
        460,
        ("Mã kiểm không khớp", "The checksum does not match"),
        (
            "Phần vừa gửi không khớp mã kiểm nên không được giữ; gửi lại phần này.",
            "The part just sent does not match its checksum and was not kept; send it again.",
        ),
    ),
    problem(
        "evidence_hash_mismatch",
        422,
        ("Tệp không khớp mã băm", "The file does not match its hash"),
        (
            "Tệp nhận đủ nhưng không khớp mã băm đã niêm phong nên không được giữ; gửi lại từ đầu.",
            "The whole file arrived but does not match its sealed hash and was not kept; send it again from the start.",
        ),
    ),
    problem(
        "evidence_missing",
        404,
        ("Tệp chưa đến", "The file has not arrived"),
        ("Tệp này chưa nhận đủ; đợi điện thoại gửi xong.", "This file has not arrived whole yet; wait for the phone."),
    ),
    problem(
        "thumbnail_pending",
        404,
        ("Chưa có ảnh nhỏ", "No small picture yet"),
        (
            "Ảnh nhỏ của tệp này đang được làm; đợi một lát rồi tải lại, hoặc mở bản gốc.",
            "The small picture of this file is being made; wait a moment and reload, or open the original.",
        ),
    ),
    problem(
        "thumbnail_not_picture",
        404,
        ("Không phải ảnh", "Not a picture"),
        (
            "Tệp này không phải ảnh nên không có ảnh nhỏ; mở bản gốc.",
            "This file is no picture, so there is no small one; open the original.",
        ),
    ),
    problem(
        "thumbnail_unsupported",
        404,
        ("Chưa làm được ảnh nhỏ cho loại này", "No small picture of this format"),
        (
            "Máy chủ không đọc được loại ảnh này (HEIC) nên không có ảnh nhỏ; bản gốc vẫn nguyên, hãy mở bản gốc.",
            "The server cannot draw this format (HEIC), so there is no small picture; the original is whole, open it.",
        ),
    ),
    problem(
        "thumbnail_unreadable",
        404,
        ("Ảnh hỏng", "The picture is broken"),
        (
            "Nội dung ảnh hỏng hoặc thiếu nên không làm được ảnh nhỏ; bản gốc được giữ nguyên, hãy mở bản gốc.",
            "The picture is broken or cut short, so there is no small one; the original is kept as it came, open it.",
        ),
    ),
    problem(
        "thumbnail_too_large",
        404,
        ("Ảnh quá lớn", "The picture is too large"),
        (
            "Ảnh vượt giới hạn của máy chủ nên không làm ảnh nhỏ; mở bản gốc, hoặc nhờ quản trị nâng giới hạn.",
            "The picture is beyond the server's limits, so there is no small one; open the original or ask for more.",
        ),
    ),
    problem(
        "thumbnail_failed",
        404,
        ("Không làm được ảnh nhỏ", "The small picture could not be made"),
        (
            "Đọc ảnh này tốn quá nhiều bộ nhớ, thời gian hoặc làm hỏng trình đọc nên không có ảnh nhỏ; mở bản gốc.",
            "Reading it took too much memory or time, or broke its reader: no small picture; open the original.",
        ),
    ),
    problem(
        "range_unsatisfiable",
        416,
        ("Không có phần này của tệp", "No such part of the file"),
        (
            "Phần được yêu cầu nằm ngoài {size} byte của tệp; yêu cầu lại từ đầu.",
            "The part asked for lies outside the file's {size} bytes; ask from the start again.",
        ),
    ),
    problem(
        "evidence_damaged",
        500,
        ("Tệp chứng cứ đã hỏng", "An original is damaged"),
        (
            "Tệp {sha256} trên máy chủ không còn như lúc nhận nên không giao ra; báo người quản trị lấy lại từ bản"
            " sao lưu.",
            "The file {sha256} at the server is no longer what was received and is not handed out; tell the"
            " administrator"
            " to restore it from a backup.",
        ),
        alert=True,
    ),
)
