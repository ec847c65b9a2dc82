"""Enrolment, and what happens to an envelope."""

from shared.problems.kinds import ProblemType, problem

PROBLEMS: tuple[ProblemType, ...] = (
    # --- enrolment
    problem(
        "code_invalid",
        422,
        ("Mã kích hoạt không dùng được", "The enrolment code is not valid"),
        (
            "Mã kích hoạt sai, đã dùng hoặc quá hạn; xin mã mới từ phụ trách.",
            "The enrolment code is wrong, used or expired; ask the supervisor for a new one.",
        ),
    ),
    problem(
        "key_invalid",
        422,
        ("Khóa không dùng được", "The key is not usable"),
        (
            "Khóa công khai phải là P-256 dạng SPKI PEM; tạo lại khóa trên thiết bị.",
            "The public key must be P-256 as SPKI PEM; make the key again on the device.",
        ),
    ),
    problem(
        "key_taken",
        409,
        ("Khóa đã thuộc thiết bị khác", "The key belongs to another agency's device"),
        (
            "Khóa này đã kích hoạt cho cơ quan khác; tạo khóa mới trên thiết bị.",
            "This key is enrolled with another agency; make a new key on the device.",
        ),
    ),
    # --- an envelope
    problem(
        "envelope_invalid",
        422,
        ("Phong bì không đúng dạng", "The envelope is malformed"),
        (
            "Phong bì có trường thiếu, thừa hoặc sai; bản gốc được giữ ở khu cách ly để xử lý.",
            "The envelope has missing, unknown or wrong fields; the original is kept in quarantine.",
        ),
    ),
    problem(
        "schema_unknown",
        422,
        ("Phiên bản phiếu chưa biết", "Unknown report schema"),
        (
            "Máy chủ chưa biết phiên bản phiếu “{schema}”; phiếu được giữ nguyên và xử lý sau khi nâng cấp.",
            "The server does not know report schema “{schema}” yet; the report is kept whole until an upgrade.",
        ),
    ),
    problem(
        "device_unknown",
        422,
        ("Thiết bị chưa kích hoạt", "Unknown device"),
        (
            "Khóa ký chưa từng được kích hoạt ở đây; phiếu được giữ ở khu cách ly, báo quản trị.",
            "The signing key was never enrolled here; the report is kept in quarantine, tell the administrator.",
        ),
    ),
    problem(
        "signature_bad",
        422,
        ("Chữ ký không khớp", "Bad signature"),
        (
            "Chữ ký không khớp với nội dung phiếu; phiếu được giữ ở khu cách ly.",
            "The signature does not match the report; it is kept in quarantine.",
        ),
    ),
    problem(
        "part_hash_mismatch",
        422,
        ("Phần của phiếu không khớp", "A part does not match"),
        (
            "Một phần của phiếu không khớp mã băm đã niêm phong; phiếu được giữ ở khu cách ly.",
            "A part of the report does not match its sealed hash; it is kept in quarantine.",
        ),
    ),
    problem(
        "not_canonical",
        422,
        ("Phần của phiếu không ở dạng chuẩn", "A part is not canonical"),
        (
            "Nội dung niêm phong không theo dạng JSON chuẩn (RFC 8785, NFC); phiếu được giữ ở khu cách ly.",
            "The sealed bytes are not canonical JSON (RFC 8785, NFC); the report is kept in quarantine.",
        ),
    ),
    problem(
        "report_invalid",
        422,
        ("Phiếu có trường sai", "The report has wrong fields"),
        (
            "Phiếu có trường thiếu, thừa hoặc sai; phiếu được giữ ở khu cách ly.",
            "The report has missing, unknown or wrong fields; it is kept in quarantine.",
        ),
    ),
    problem(
        "id_mismatch",
        422,
        ("Mã phiếu không khớp địa chỉ", "The id differs from the address"),
        (
            "Mã trong phiếu khác mã trên địa chỉ gửi; phiếu được giữ ở khu cách ly.",
            "The report's id differs from the one in the address; it is kept in quarantine.",
        ),
    ),
    problem(
        "report_differs",
        409,
        ("Mã phiếu đã có nội dung khác", "This id has other content"),
        (
            "Đã có phiếu khác mang mã này; bản thứ hai được giữ ở khu cách ly để người phụ trách xem.",
            "Another report already has this id; the second copy is kept in quarantine for a person to look at.",
        ),
    ),
)
