"""THE CATALOGUE of what can go wrong, for phone and server: a stable code, an HTTP status, words in two languages.

Codes are never re-used; one that is no longer raised stays here with `retired=True`.
"""

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

TYPE_PREFIX = "https://kiemkhoang.vn/problems/"


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence, Vietnamese first. `str.format` fields may stand in both."""

    vi: str
    en: str

    def say(self, language: str, **values: object) -> str:
        return (self.en if language == "en" else self.vi).format(**values)


@dataclass(frozen=True, slots=True)
class ProblemType:
    code: str
    status: int
    title: Text
    detail: Text
    alert: bool = False  # worth waking an operator
    retired: bool = False

    @property
    def uri(self) -> str:
        return TYPE_PREFIX + self.code


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong at one place. `path`: `facts.loads[0].measurements[1].unit`, empty for the whole."""

    path: str
    code: str
    values: dict[str, object] = field(default_factory=dict)

    def as_json(self, language: str) -> dict[str, str]:
        return {"path": self.path, "code": self.code, "detail": FIELD_ERRORS[self.code].say(language, **self.values)}


class Problem(Exception):
    """A failure a user can meet; raised anywhere, shown as RFC 9457 by the server and as a sentence by the phone."""

    def __init__(self, code: str, *, errors: tuple[FieldError, ...] = (), **values: object) -> None:
        self.type = CATALOGUE[code]
        self.errors = errors
        self.values = values
        super().__init__(f"{code}: {self.detail('en')}")

    @property
    def code(self) -> str:
        return self.type.code

    def detail(self, language: str) -> str:
        return self.type.detail.say(language, **self.values)

    def as_json(self, language: str) -> dict[str, Any]:
        """RFC 9457 members, `errors` only where there are any."""
        body: dict[str, Any] = {
            "type": self.type.uri,
            "title": self.type.title.say(language),
            "status": self.type.status,
            "detail": self.detail(language),
            "code": self.code,
        }
        if self.errors:
            body["errors"] = [error.as_json(language) for error in self.errors]
        return body


def _problem(
    code: str, status: int, title: tuple[str, str], detail: tuple[str, str], alert: bool = False
) -> ProblemType:
    return ProblemType(code, status, Text(*title), Text(*detail), alert)


_ALL = (
    # --- the request itself
    _problem(
        "not_json",
        400,
        ("Nội dung không phải JSON", "The body is not JSON"),
        (
            "Nội dung gửi lên không đọc được như JSON; kiểm tra lại ứng dụng rồi gửi lại.",
            "The body cannot be read as JSON; check the client and send it again.",
        ),
    ),
    _problem(
        "request_invalid",
        400,
        ("Yêu cầu chưa đúng", "The request is not right"),
        (
            "Yêu cầu có chỗ chưa đúng; sửa các mục được nêu rồi gửi lại.",
            "Something in the request is not right; correct the fields named and send it again.",
        ),
    ),
    _problem(
        "too_large",
        413,
        ("Nội dung quá lớn", "The body is too large"),
        (
            "Nội dung vượt quá {limit} byte; gửi ít hơn trong một lần.",
            "The body is larger than {limit} bytes; send less at a time.",
        ),
    ),
    _problem(
        "media_type_unsupported",
        415,
        ("Kiểu nội dung không hỗ trợ", "Media type not supported"),
        (
            "Máy chủ không nhận kiểu nội dung này; dùng {expected}.",
            "The server does not take this media type; use {expected}.",
        ),
    ),
    _problem(
        "not_acceptable",
        406,
        ("Không có dạng trả lời này", "No such representation"),
        (
            "Máy chủ không trả lời được ở dạng yêu cầu; hãy yêu cầu application/json.",
            "The server cannot answer in the form asked for; ask for application/json.",
        ),
    ),
    _problem(
        "method_not_allowed",
        405,
        ("Không dùng được cách gọi này", "Method not allowed"),
        (
            "Địa chỉ này không nhận cách gọi {method}; xem tài liệu tại /api/v1/docs/.",
            "This address does not take {method}; see the documentation at /api/v1/docs/.",
        ),
    ),
    _problem(
        "not_found",
        404,
        ("Không tìm thấy", "Not found"),
        (
            "Không có mục này, hoặc mục này nằm ngoài phạm vi của bạn; kiểm tra lại địa chỉ.",
            "There is no such thing, or it is outside your scope; check the address.",
        ),
    ),
    _problem(
        "throttled",
        429,
        ("Gọi quá nhiều lần", "Too many requests"),
        (
            "Bạn gọi quá nhiều lần; hãy đợi {wait} giây rồi thử lại.",
            "Too many requests; wait {wait} seconds and try again.",
        ),
    ),
    _problem(
        "server_error",
        500,
        ("Máy chủ gặp lỗi", "The server failed"),
        (
            "Máy chủ gặp lỗi ngoài dự kiến và không lưu gì; hãy thử lại sau, dữ liệu trên điện thoại vẫn còn.",
            "The server failed unexpectedly and kept nothing; try again later, what is on the phone stays there.",
        ),
        alert=True,
    ),
    _problem(
        "storage_full",
        507,
        ("Máy chủ hết chỗ", "The server is full"),
        (
            "Máy chủ không còn chỗ lưu; báo quản trị, tệp vẫn nằm trên điện thoại.",
            "The server has no room left; tell the administrator, the file stays on the phone.",
        ),
        alert=True,
    ),
    _problem(
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
    _problem(
        "not_signed_in",
        401,
        ("Chưa đăng nhập", "Not signed in"),
        ("Cần đăng nhập; gửi kèm mã thông báo (token) còn hiệu lực.", "Sign in first; send a valid token."),
    ),
    _problem(
        "token_invalid",
        401,
        ("Mã thông báo không dùng được", "The token is not valid"),
        (
            "Mã thông báo (token) sai, hết hạn hoặc đã thu hồi; đăng nhập hoặc kích hoạt lại thiết bị.",
            "The token is wrong, expired or revoked; sign in or enrol the device again.",
        ),
    ),
    _problem(
        "login_failed",
        401,
        ("Đăng nhập không được", "Sign-in failed"),
        ("Tên đăng nhập hoặc mật khẩu không đúng; thử lại.", "The user name or the password is wrong; try again."),
    ),
    _problem(
        "not_allowed",
        403,
        ("Không có quyền", "Not allowed"),
        (
            "Vai trò của bạn không được làm việc này; nhờ người có thẩm quyền.",
            "Your role may not do this; ask someone who may.",
        ),
    ),
    _problem(
        "csrf_failed",
        403,
        ("Phiên làm việc chưa được xác nhận", "The session was not confirmed"),
        (
            "Yêu cầu từ trình duyệt thiếu mã chống giả mạo; tải lại trang rồi thử lại.",
            "The browser's request lacks its anti-forgery code; reload the page and try again.",
        ),
    ),
    _problem(
        "own_report",
        403,
        ("Không tự duyệt", "Not one's own"),
        (
            "Không ai duyệt phiếu do chính mình lập; nhờ người khác trong đơn vị.",
            "Nobody reviews a report they filed; ask a colleague.",
        ),
    ),
    # --- enrolment
    _problem(
        "code_invalid",
        422,
        ("Mã kích hoạt không dùng được", "The enrolment code is not valid"),
        (
            "Mã kích hoạt sai, đã dùng hoặc quá hạn; xin mã mới từ phụ trách.",
            "The enrolment code is wrong, used or expired; ask the supervisor for a new one.",
        ),
    ),
    _problem(
        "key_invalid",
        422,
        ("Khóa không dùng được", "The key is not usable"),
        (
            "Khóa công khai phải là P-256 dạng SPKI PEM; tạo lại khóa trên thiết bị.",
            "The public key must be P-256 as SPKI PEM; make the key again on the device.",
        ),
    ),
    _problem(
        "key_taken",
        409,
        ("Khóa đã thuộc thiết bị khác", "The key belongs to another agency's device"),
        (
            "Khóa này đã kích hoạt cho cơ quan khác; tạo khóa mới trên thiết bị.",
            "This key is enrolled with another agency; make a new key on the device.",
        ),
    ),
    # --- an envelope
    _problem(
        "envelope_invalid",
        422,
        ("Phong bì không đúng dạng", "The envelope is malformed"),
        (
            "Phong bì có trường thiếu, thừa hoặc sai; bản gốc được giữ ở khu cách ly để xử lý.",
            "The envelope has missing, unknown or wrong fields; the original is kept in quarantine.",
        ),
    ),
    _problem(
        "schema_unknown",
        422,
        ("Phiên bản phiếu chưa biết", "Unknown report schema"),
        (
            "Máy chủ chưa biết phiên bản phiếu “{schema}”; phiếu được giữ nguyên và xử lý sau khi nâng cấp.",
            "The server does not know report schema “{schema}” yet; the report is kept whole until an upgrade.",
        ),
    ),
    _problem(
        "device_unknown",
        422,
        ("Thiết bị chưa kích hoạt", "Unknown device"),
        (
            "Khóa ký chưa từng được kích hoạt ở đây; phiếu được giữ ở khu cách ly, báo quản trị.",
            "The signing key was never enrolled here; the report is kept in quarantine, tell the administrator.",
        ),
    ),
    _problem(
        "signature_bad",
        422,
        ("Chữ ký không khớp", "Bad signature"),
        (
            "Chữ ký không khớp với nội dung phiếu; phiếu được giữ ở khu cách ly.",
            "The signature does not match the report; it is kept in quarantine.",
        ),
    ),
    _problem(
        "part_hash_mismatch",
        422,
        ("Phần của phiếu không khớp", "A part does not match"),
        (
            "Một phần của phiếu không khớp mã băm đã niêm phong; phiếu được giữ ở khu cách ly.",
            "A part of the report does not match its sealed hash; it is kept in quarantine.",
        ),
    ),
    _problem(
        "not_canonical",
        422,
        ("Phần của phiếu không ở dạng chuẩn", "A part is not canonical"),
        (
            "Nội dung niêm phong không theo dạng JSON chuẩn (RFC 8785, NFC); phiếu được giữ ở khu cách ly.",
            "The sealed bytes are not canonical JSON (RFC 8785, NFC); the report is kept in quarantine.",
        ),
    ),
    _problem(
        "report_invalid",
        422,
        ("Phiếu có trường sai", "The report has wrong fields"),
        (
            "Phiếu có trường thiếu, thừa hoặc sai; phiếu được giữ ở khu cách ly.",
            "The report has missing, unknown or wrong fields; it is kept in quarantine.",
        ),
    ),
    _problem(
        "id_mismatch",
        422,
        ("Mã phiếu không khớp địa chỉ", "The id differs from the address"),
        (
            "Mã trong phiếu khác mã trên địa chỉ gửi; phiếu được giữ ở khu cách ly.",
            "The report's id differs from the one in the address; it is kept in quarantine.",
        ),
    ),
    _problem(
        "report_differs",
        409,
        ("Mã phiếu đã có nội dung khác", "This id has other content"),
        (
            "Đã có phiếu khác mang mã này; bản thứ hai được giữ ở khu cách ly để người phụ trách xem.",
            "Another report already has this id; the second copy is kept in quarantine for a person to look at.",
        ),
    ),
    # --- evidence
    _problem(
        "tus_version",
        412,
        ("Phiên bản tus không hỗ trợ", "tus version not supported"),
        (
            "Máy chủ chỉ nhận tus 1.0.0; gửi tiêu đề Tus-Resumable: 1.0.0.",
            "The server speaks tus 1.0.0 only; send Tus-Resumable: 1.0.0.",
        ),
    ),
    _problem(
        "evidence_unknown",
        404,
        ("Chứng cứ chưa được khai báo", "Evidence not declared"),
        (
            "Không có phiếu nào khai báo tệp này; gửi phiếu trước rồi gửi tệp.",
            "No received report declares this file; send the report first, then the file.",
        ),
    ),
    _problem(
        "evidence_length",
        422,
        ("Độ dài tệp không khớp", "The length differs"),
        (
            "Độ dài tệp khác với {declared} byte đã niêm phong; gửi đúng tệp gốc.",
            "The length differs from the {declared} bytes that were sealed; send the original file.",
        ),
    ),
    _problem(
        "upload_offset",
        409,
        ("Vị trí gửi không khớp", "The offset differs"),
        (
            "Máy chủ đã có {offset} byte; hỏi lại vị trí rồi gửi tiếp từ đó.",
            "The server has {offset} bytes; ask for the offset and go on from there.",
        ),
    ),
    _problem(
        "upload_too_long",
        413,
        ("Gửi quá độ dài đã khai", "More bytes than declared"),
        (
            "Phần gửi vượt quá độ dài đã khai của tệp; hỏi lại vị trí rồi gửi tiếp.",
            "The part goes beyond the declared length; ask for the offset and go on from there.",
        ),
    ),
    _problem(
        "evidence_too_large",
        413,
        ("Tệp lớn hơn mức nhận", "The file is larger than is taken"),
        (
            "Tệp {size} MB lớn hơn mức {limit} MB máy chủ nhận cho loại này; giữ tệp trên máy và báo quản trị nâng mức.",
            "The file has {size} MB and {limit} MB are taken of this kind; keep it and ask the administrator for more.",
        ),
    ),
    _problem(
        "evidence_kept",
        403,
        ("Chứng cứ không xóa được", "Evidence is not deleted"),
        (
            "Tệp đã nhận đủ và là chứng cứ nên không xóa được; không cần gửi lại.",
            "The file arrived whole and is evidence, which is never deleted; nothing has to be sent again.",
        ),
    ),
    _problem(
        "upload_expired",
        410,
        ("Lượt gửi đã hết hạn", "The upload has expired"),
        (
            "Tệp gửi dở quá lâu nên phần đã nhận đã bị bỏ; bắt đầu gửi lại tệp này.",
            "The upload was left unfinished for too long and its bytes were removed; begin to send this file again.",
        ),
    ),
    _problem(
        "upload_length_needed",
        400,
        ("Cần biết trước độ dài tệp", "The length is needed first"),
        (
            "Máy chủ cần biết trước độ dài: gửi Upload-Length của tệp và Content-Length của phần gửi.",
            "The lengths are needed first: send Upload-Length of the file and Content-Length of the part.",
        ),
    ),
    _problem(
        "checksum_unsupported",
        400,
        ("Mã kiểm không hỗ trợ", "Checksum not supported"),
        ("Chỉ nhận mã kiểm sha1 hoặc sha256 dạng base64.", "Only sha1 or sha256 in base64 is taken."),
    ),
    _problem(
        "checksum_mismatch",
        460,
        ("Mã kiểm không khớp", "The checksum does not match"),
        (
            "Phần vừa gửi không khớp mã kiểm nên không được giữ; gửi lại phần này.",
            "The part just sent does not match its checksum and was not kept; send it again.",
        ),
    ),
    _problem(
        "evidence_hash_mismatch",
        422,
        ("Tệp không khớp mã băm", "The file does not match its hash"),
        (
            "Tệp nhận đủ nhưng không khớp mã băm đã niêm phong nên không được giữ; gửi lại từ đầu.",
            "The whole file arrived but does not match its sealed hash and was not kept; send it again from the start.",
        ),
    ),
    _problem(
        "evidence_missing",
        404,
        ("Tệp chưa đến", "The file has not arrived"),
        ("Tệp này chưa nhận đủ; đợi điện thoại gửi xong.", "This file has not arrived whole yet; wait for the phone."),
    ),
    _problem(
        "thumbnail_pending",
        404,
        ("Chưa có ảnh nhỏ", "No small picture yet"),
        (
            "Ảnh nhỏ của tệp này đang được làm; đợi một lát rồi tải lại, hoặc mở bản gốc.",
            "The small picture of this file is being made; wait a moment and reload, or open the original.",
        ),
    ),
    _problem(
        "thumbnail_not_picture",
        404,
        ("Không phải ảnh", "Not a picture"),
        (
            "Tệp này không phải ảnh nên không có ảnh nhỏ; mở bản gốc.",
            "This file is no picture, so there is no small one; open the original.",
        ),
    ),
    _problem(
        "thumbnail_unsupported",
        404,
        ("Chưa làm được ảnh nhỏ cho loại này", "No small picture of this format"),
        (
            "Máy chủ không đọc được loại ảnh này (HEIC) nên không có ảnh nhỏ; bản gốc vẫn nguyên, hãy mở bản gốc.",
            "The server cannot draw this format (HEIC), so there is no small picture; the original is whole, open it.",
        ),
    ),
    _problem(
        "thumbnail_unreadable",
        404,
        ("Ảnh hỏng", "The picture is broken"),
        (
            "Nội dung ảnh hỏng hoặc thiếu nên không làm được ảnh nhỏ; bản gốc được giữ nguyên, hãy mở bản gốc.",
            "The picture is broken or cut short, so there is no small one; the original is kept as it came, open it.",
        ),
    ),
    _problem(
        "thumbnail_too_large",
        404,
        ("Ảnh quá lớn", "The picture is too large"),
        (
            "Ảnh vượt giới hạn của máy chủ nên không làm ảnh nhỏ; mở bản gốc, hoặc nhờ quản trị nâng giới hạn.",
            "The picture is beyond the server's limits, so there is no small one; open the original or ask for more.",
        ),
    ),
    _problem(
        "thumbnail_failed",
        404,
        ("Không làm được ảnh nhỏ", "The small picture could not be made"),
        (
            "Đọc ảnh này tốn quá nhiều bộ nhớ, thời gian hoặc làm hỏng trình đọc nên không có ảnh nhỏ; mở bản gốc.",
            "Reading it took too much memory or time, or broke its reader: no small picture; open the original.",
        ),
    ),
    _problem(
        "range_unsatisfiable",
        416,
        ("Không có phần này của tệp", "No such part of the file"),
        (
            "Phần được yêu cầu nằm ngoài {size} byte của tệp; yêu cầu lại từ đầu.",
            "The part asked for lies outside the file's {size} bytes; ask from the start again.",
        ),
    ),
    _problem(
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
    # --- backups
    _problem(
        "audit_broken",
        500,
        ("Chuỗi nhật ký có lỗi", "The audit chain has a fault"),
        (
            "Chuỗi nhật ký có lỗi ở sự kiện {index} nên chưa sao lưu; chạy manage.py audit_verify để biết lỗi gì.",
            "The audit chain has a fault at event {index}, so nothing was backed up; run manage.py audit_verify.",
        ),
        alert=True,
    ),
    _problem(
        "backup_missing",
        404,
        ("Không có bản sao lưu", "No such backup"),
        (
            "Trong {folder} không có bản sao lưu đó; xem tên các bản trong thư mục snapshots.",
            "There is no such backup in {folder}; look at the names in its folder snapshots.",
        ),
    ),
    _problem(
        "backup_damaged",
        422,
        ("Bản sao lưu đã hỏng", "The backup is damaged"),
        (
            "Phần {part} của bản sao lưu bị thiếu hoặc bị sửa nên không dùng; chưa thay đổi gì, hãy lấy một bản khác.",
            "Part {part} of the backup is missing or was changed, so it is not used; nothing was changed; take"
            " another one.",
        ),
    ),
    _problem(
        "backup_file_damaged",
        500,
        ("Tệp gốc trên máy chủ đã hỏng", "An original at the server is damaged"),
        (
            "Tệp {sha256} trên máy chủ bị thiếu hoặc không khớp mã băm nên chưa sao lưu; lấy lại tệp ấy từ bản sao lưu"
            " trước rồi chạy lại.",
            "The file {sha256} at the server is missing or not what its hash says, so no backup was made; restore it"
            " from an earlier backup and run this again.",
        ),
        alert=True,
    ),
    _problem(
        "backup_database",
        500,
        ("Không sao lưu, khôi phục được cơ sở dữ liệu", "The database was not backed up or restored"),
        (
            "Cơ sở dữ liệu không đọc hoặc ghi được: {reason}; hãy sửa rồi chạy lại.",
            "The database could not be read or written: {reason}; mend that and run it again.",
        ),
        alert=True,
    ),
    _problem(
        "backup_tool_missing",
        500,
        ("Thiếu công cụ của PostgreSQL", "A tool of PostgreSQL is missing"),
        (
            "Máy này chưa có {program}; cài gói postgresql-client rồi chạy lại.",
            "This machine has no {program}; install postgresql-client and run it again.",
        ),
    ),
    _problem(
        "backup_other_database",
        409,
        ("Bản sao lưu của loại cơ sở dữ liệu khác", "A backup of another kind of database"),
        (
            "Bản sao lưu này là của {engine}; đặt DATABASE_URL cho loại đó rồi chạy lại.",
            "This backup is one of {engine}; set DATABASE_URL to that kind and run it again.",
        ),
    ),
    _problem(
        "backup_not_empty",
        409,
        ("Cơ sở dữ liệu không trống", "The database is not empty"),
        (
            "Ở nơi khôi phục đã có cơ sở dữ liệu nên chưa làm gì; với SQLite dùng --replace, với PostgreSQL tạo một cơ"
            " sở dữ liệu trống.",
            "There is a database where this would go, so nothing was done; use --replace with SQLite, make an empty"
            " database with PostgreSQL.",
        ),
    ),
    _problem(
        "backup_passphrase",
        422,
        ("Mật khẩu khóa không đúng", "The passphrase of the keys is wrong"),
        (
            "Khóa trong bản sao lưu không mở được bằng mật khẩu này; chưa thay đổi gì, hãy đặt đúng"
            " KK_BACKUP_PASSPHRASE.",
            "The keys in the backup do not open with this passphrase; nothing was changed; set KK_BACKUP_PASSPHRASE"
            " right.",
        ),
    ),
    _problem(
        "backup_chain",
        422,
        ("Chuỗi nhật ký trong bản sao lưu có lỗi", "The chain in the backup has a fault"),
        (
            "Cơ sở dữ liệu trong bản sao lưu không qua được kiểm tra nhật ký: {reason}; chưa thay đổi gì, lấy một"
            " bản khác.",
            "The database in the backup does not pass the check of its chain: {reason}; nothing was changed; take"
            " another"
            " one.",
        ),
    ),
    # --- imports
    _problem(
        "import_open_questions",
        409,
        ("Còn câu hỏi chưa trả lời", "Questions are still open"),
        (
            "Còn {count} dòng chưa được trả lời hoặc xác nhận cách sửa nên chưa nhập gì; trả lời, hoặc bỏ các dòng ấy.",
            "{count} rows have open questions or unconfirmed repairs; nothing was imported; answer or leave them out.",
        ),
    ),
    _problem(
        "import_already_applied",
        409,
        ("Tệp này đã được nhập", "Imported already"),
        (
            "Lần đọc này đã được nhập lúc {at}; muốn nhập lại thì đọc tệp lần nữa.",
            "This reading was imported at {at}; read the file again to import it once more.",
        ),
    ),
    _problem(
        "import_not_checked",
        409,
        ("Tệp chưa được kiểm tra xong", "The file was not checked to its end"),
        (
            "Lần đọc này ở trạng thái “{state}” nên không nhập được; đọc lại tệp và xem kết quả trước.",
            "This reading is “{state}” and cannot be imported; read the file again and look at the outcome first.",
        ),
    ),
    _problem(
        "import_file_changed",
        409,
        ("Tệp không còn như lúc đọc", "The file is not what was read"),
        (
            "Tệp đã lưu không còn hoặc không giống lúc kiểm tra nên chưa nhập gì; đọc lại tệp gốc.",
            "The file kept is gone or differs from what was checked, so nothing was imported; read the original again.",
        ),
    ),
    _problem(
        "import_nothing",
        422,
        ("Không có gì để nhập", "Nothing to import"),
        (
            "Không dòng nào của tệp nhập được; xem lý do ở từng dòng, sửa tệp rồi đọc lại.",
            "No row of the file can be imported; look at the reason of each, correct the file and read it again.",
        ),
    ),
    _problem(
        "import_kind_other",
        409,
        ("Không nhập được loại này", "This kind is not imported here"),
        (
            "Lần đọc này thuộc loại “{kind}”, không nhập được bằng chức năng này; dùng chức năng của loại đó.",
            "This reading is of the kind “{kind}”, which is not imported here; use what that kind is imported with.",
        ),
    ),
    # --- review, cases, statistics
    _problem(
        "move_refused",
        422,
        ("Chưa làm được bước này", "This step is not possible now"),
        ("Không thực hiện được bước “{action}”: {reasons}.", "“{action}” is not possible: {reasons}."),
    ),
    _problem(
        "version_stale",
        409,
        ("Hồ sơ đã thay đổi", "Someone changed it meanwhile"),
        (
            "Hồ sơ đã ở phiên bản {version}; tải lại, xem thay đổi rồi làm tiếp.",
            "It is at version {version} by now; reload, look at the change and go on.",
        ),
    ),
    _problem(
        "already_reviewed",
        409,
        ("Phiếu đã được duyệt", "Already reviewed"),
        (
            "Phiếu đã ở trạng thái “{state}”; tải lại để xem ai đã duyệt.",
            "The report is “{state}” already; reload to see who reviewed it.",
        ),
    ),
    _problem(
        "report_in_case",
        409,
        ("Phiếu đã thuộc vụ việc", "The report is in a case"),
        (
            "Phiếu {report} đã thuộc vụ việc {case}; mở vụ việc đó.",
            "Report {report} belongs to case {case}; open that one.",
        ),
    ),
    _problem(
        "report_not_accepted",
        422,
        ("Phiếu chưa được chấp nhận", "The report is not accepted"),
        (
            "Phiếu {report} chưa được chấp nhận hoặc đã bị thay thế; duyệt phiếu trước khi lập vụ việc.",
            "Report {report} is not accepted or was superseded; review it before opening a case.",
        ),
    ),
    _problem(
        "still_refused",
        422,
        ("Vẫn chưa nhận được", "Still refused"),
        ("Nội dung cách ly vẫn bị từ chối: {reason}", "What is in quarantine is still refused: {reason}"),
    ),
    # --- the phone by itself
    _problem(
        "no_connection",
        503,
        ("Không có kết nối", "No connection"),
        (
            "Không tới được máy chủ; phiếu vẫn nằm trên điện thoại và sẽ tự gửi lại.",
            "The server cannot be reached; the report stays on the phone and will be sent again.",
        ),
    ),
    _problem(
        "not_our_server",
        502,
        ("Không phải máy chủ của cơ quan", "Not our server"),
        (
            "Nơi trả lời không chứng minh được là máy chủ của cơ quan (có thể là cổng Wi-Fi); đổi mạng rồi thử lại.",
            "What answered could not prove to be our server (a Wi-Fi portal?); change the network and try again.",
        ),
    ),
    _problem(
        "answer_invalid",
        502,
        ("Máy chủ trả lời lạ", "A strange answer"),
        (
            "Máy chủ trả lời điều ứng dụng không hiểu; dữ liệu vẫn còn trên điện thoại, ứng dụng sẽ thử lại.",
            "The server's answer makes no sense to the app; the data stays on the phone, it will try again.",
        ),
    ),
    _problem(
        "photo_unreadable",
        422,
        ("Không đọc được ảnh", "The photo cannot be read"),
        (
            "Không đọc được tệp ảnh “{name}”; chụp hoặc chọn lại.",
            "The photo “{name}” cannot be read; take or choose it again.",
        ),
    ),
    _problem(
        "not_enrolled",
        409,
        ("Chưa kích hoạt", "Not enrolled"),
        (
            "Chưa có ai kích hoạt trên máy này; xin mã kích hoạt từ phụ trách rồi nhập vào.",
            "Nobody is enrolled on this phone; ask the supervisor for a code and enter it.",
        ),
    ),
    _problem(
        "draft_closed",
        409,
        ("Phiếu nháp đã đóng", "The draft is closed"),
        (
            "Phiếu nháp này đã niêm phong hoặc đã bỏ nên không sửa được nữa; lập phiếu mới nếu cần bổ sung.",
            "This draft was sealed or discarded and can no longer be changed; start a new report to add to it.",
        ),
    ),
    _problem(
        "key_unsafe",
        409,
        ("Khóa ký không an toàn", "The signing key is not safe"),
        (
            "Khóa ký trên máy bị hỏng hoặc người khác đọc được nên không dùng; báo quản trị để kích hoạt lại.",
            "The signing key on this phone is damaged or readable by others and is not used; tell the administrator.",
        ),
    ),
    _problem(
        "phone_full",
        507,
        ("Điện thoại hết chỗ", "The phone is full"),
        (
            "Điện thoại không còn chỗ để lưu; xóa bớt tệp khác trên máy rồi làm lại.",
            "The phone has no room left; remove other files from it and do this again.",
        ),
    ),
    _problem(
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
    _problem(
        "phone_data_newer",
        409,
        ("Ứng dụng cũ hơn dữ liệu", "The app is older than its data"),
        (
            "Dữ liệu trên máy do bản ứng dụng mới hơn ghi; cập nhật ứng dụng, dữ liệu vẫn còn nguyên.",
            "The data on this phone was written by a newer app; update the app, the data is untouched.",
        ),
    ),
    _problem(
        "card_invalid",
        422,
        ("Không phải thẻ của Kiểm Khoáng", "Not a card of Kiểm Khoáng"),
        (
            "Thư mục này không phải thẻ của Kiểm Khoáng, hoặc do bản mới hơn ghi; chọn thư mục có tệp card.json.",
            "This folder is no card of Kiểm Khoáng, or a newer version wrote it; choose the folder with card.json.",
        ),
    ),
    _problem(
        "card_failed",
        422,
        ("Không đọc hoặc ghi được thẻ", "The card cannot be read or written"),
        (
            "Không đọc hoặc ghi được thẻ; cắm lại thẻ, bỏ khóa ghi rồi làm lại, những gì đã xong vẫn còn.",
            "The card cannot be read or written; put it in again, unlock it and repeat this, what is done stays done.",
        ),
    ),
    _problem(
        "card_full",
        507,
        ("Thẻ hết chỗ", "The card is full"),
        (
            "Thẻ không còn chỗ; dùng thẻ khác hoặc xóa bớt tệp khác trên thẻ rồi làm lại.",
            "The card has no room left; use another card or remove other files from it and repeat this.",
        ),
    ),
    _problem(
        "card_file_differs",
        422,
        ("Tệp không khớp mã băm", "The file is not what its hash names"),
        (
            "Tệp “{name}” không còn đúng như lúc niêm phong nên không chép vào thẻ hay nhận từ thẻ; giữ máy gốc.",
            "The file “{name}” is not what was sealed, so it was not copied or taken in; keep the phone it is from.",
        ),
    ),
    _problem(
        "card_report_invalid",
        422,
        ("Không phải phiếu", "Not a report"),
        (
            "Một tệp trong thư mục reports của thẻ không phải phiếu niêm phong nên không nhận; giữ thẻ và máy gốc.",
            "A file in the card's reports folder is no sealed report and was not taken; keep the card and its phone.",
        ),
    ),
    _problem(
        "waits_for_wifi",
        503,
        ("Đợi Wi-Fi", "Waiting for Wi-Fi"),
        (
            "Máy được đặt chỉ gửi qua Wi-Fi nên còn đợi; nối Wi-Fi, hoặc đổi cài đặt gửi để dùng mạng di động.",
            "The phone is set to send over Wi-Fi only, so this waits; join a Wi-Fi or change the setting for sending.",
        ),
    ),
    _problem(
        "session_ended",
        401,
        ("Phiên làm việc đã hết hiệu lực", "The session has ended"),
        (
            "Máy chủ không còn nhận phiên của máy này; phiếu đã niêm phong vẫn gửi được, xin mã kích hoạt mới.",
            "The server no longer takes this phone's session; what is sealed is still sent, ask for a new code.",
        ),
    ),
    _problem(
        "invitation_invalid",
        422,
        ("Không phải mã kích hoạt", "Not an enrolment code"),
        (
            "Mã này không phải mã kích hoạt của Kiểm Khoáng, hoặc địa chỉ trong mã không an toàn; xin mã mới.",
            "This is no enrolment code of Kiểm Khoáng, or the address in it is not safe; ask for a new one.",
        ),
    ),
    _problem(
        "file_damaged",
        422,
        ("Tệp trên máy đã hỏng", "The file on the phone is damaged"),
        (
            "Tệp “{name}” trên máy không còn đúng như lúc niêm phong nên không gửi được; báo phụ trách.",
            "The file “{name}” on this phone is no longer as it was sealed and cannot be sent; tell the supervisor.",
        ),
    ),
)

CATALOGUE: MappingProxyType[str, ProblemType] = MappingProxyType({entry.code: entry for entry in _ALL})

FIELD_ERRORS: MappingProxyType[str, Text] = MappingProxyType(
    {
        "missing": Text("Thiếu trường này.", "This field is missing."),
        "unknown": Text("Không có trường nào tên như vậy ở đây.", "There is no such field here."),
        "type": Text("Sai kiểu: cần {expected}.", "Wrong type: {expected} is needed."),
        "value": Text("Giá trị không được nhận: cần {expected}.", "This value is not taken: {expected} is needed."),
        "unit": Text(
            "Đơn vị không hợp với đại lượng “{kind}”: cần {expected}.",
            "The unit does not fit the quantity “{kind}”: {expected} is needed.",
        ),
        "reference": Text(
            "Nhắc tới “{name}” nhưng trong phiếu không có.", "It names “{name}”, which the report does not have."
        ),
        "hash": Text("Mã băm không khớp nội dung.", "The hash does not match the content."),
        "base64": Text("Không phải base64 chuẩn.", "This is not standard base64."),
        "json": Text("Không phải JSON.", "This is not JSON."),
        "canonical": Text("Không ở dạng chuẩn RFC 8785 với chuỗi NFC.", "Not in RFC 8785 form with NFC strings."),
        "duplicate": Text("“{name}” xuất hiện hai lần.", "“{name}” appears twice."),
        "required": Text("Cần điền mục này.", "This is required."),
        "tax_code": Text(
            "“{value}” không phải mã số thuế (10 hoặc 13 số, có số kiểm tra); xem lại giấy phép.",
            "“{value}” is no tax code (10 or 13 digits with a check digit); look at the paper again.",
        ),
        "ring_invalid": Text(
            "Đường ranh giới không hợp lệ ({reason}); nhập bằng chức năng nhập tệp để xem đề xuất sửa.",
            "The boundary is not valid ({reason}); use the import, which proposes a repair to look at.",
        ),
        "unknown_mineral": Text(
            "Danh mục không có khoáng sản mã “{code}”; thêm vào danh mục trước.",
            "The list has no mineral with the code “{code}”; add it first.",
        ),
        "unknown_place": Text(
            "Danh mục không có tỉnh hoặc xã, phường này; nạp danh mục hành chính trước.",
            "The list has no such province or commune; load the list of places first.",
        ),
        "mineral_in_use": Text(
            "Có giấy phép ghi khoáng sản mã “{code}” nên không bỏ được; sửa tên hoặc loại thay vì bỏ.",
            "A licence names the mineral “{code}”, so it cannot be removed; change its name or family instead.",
        ),
        "catalogue_row": Text(
            "Danh mục vi phạm không đọc được với dòng này ({reason}); sửa dòng rồi ghi lại.",
            "The violation catalogue cannot be read with this row ({reason}); correct the row and record it again.",
        ),
        "place_differs": Text(
            "Danh mục đã ghi {code} là “{name}” từ {day}; muốn đổi thì ghi ngày bắt đầu khác.",
            "The list has {code} as “{name}” since {day} already; a change needs another first day.",
        ),
        "invalid": Text("Giá trị chưa đúng; kiểm tra lại mục này.", "The value is not right; check this field."),
    }
)
