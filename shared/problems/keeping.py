"""Backups and imports."""

from shared.problems.kinds import ProblemType, problem

PROBLEMS: tuple[ProblemType, ...] = (
    # --- backups
    problem(
        "audit_broken",
        500,
        ("Chuỗi nhật ký có lỗi", "The audit chain has a fault"),
        (
            "Chuỗi nhật ký có lỗi ở sự kiện {index} nên chưa sao lưu; chạy manage.py audit_verify để biết lỗi gì.",
            "The audit chain has a fault at event {index}, so nothing was backed up; run manage.py audit_verify.",
        ),
        alert=True,
    ),
    problem(
        "backup_missing",
        404,
        ("Không có bản sao lưu", "No such backup"),
        (
            "Trong {folder} không có bản sao lưu đó; xem tên các bản trong thư mục snapshots.",
            "There is no such backup in {folder}; look at the names in its folder snapshots.",
        ),
    ),
    problem(
        "backup_damaged",
        422,
        ("Bản sao lưu đã hỏng", "The backup is damaged"),
        (
            "Phần {part} của bản sao lưu bị thiếu hoặc bị sửa nên không dùng; chưa thay đổi gì, hãy lấy một bản khác.",
            "Part {part} of the backup is missing or was changed, so it is not used; nothing was changed; take"
            " another one.",
        ),
    ),
    problem(
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
    problem(
        "backup_database",
        500,
        ("Không sao lưu, khôi phục được cơ sở dữ liệu", "The database was not backed up or restored"),
        (
            "Cơ sở dữ liệu không đọc hoặc ghi được: {reason}; hãy sửa rồi chạy lại.",
            "The database could not be read or written: {reason}; mend that and run it again.",
        ),
        alert=True,
    ),
    problem(
        "backup_tool_missing",
        500,
        ("Thiếu công cụ của PostgreSQL", "A tool of PostgreSQL is missing"),
        (
            "Máy này chưa có {program}; cài gói postgresql-client rồi chạy lại.",
            "This machine has no {program}; install postgresql-client and run it again.",
        ),
    ),
    problem(
        "backup_other_database",
        409,
        ("Bản sao lưu của loại cơ sở dữ liệu khác", "A backup of another kind of database"),
        (
            "Bản sao lưu này là của {engine}; đặt DATABASE_URL cho loại đó rồi chạy lại.",
            "This backup is one of {engine}; set DATABASE_URL to that kind and run it again.",
        ),
    ),
    problem(
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
    problem(
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
    problem(
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
    problem(
        "import_open_questions",
        409,
        ("Còn câu hỏi chưa trả lời", "Questions are still open"),
        (
            "Còn {count} dòng chưa được trả lời hoặc xác nhận cách sửa nên chưa nhập gì; trả lời, hoặc bỏ các dòng ấy.",
            "{count} rows have open questions or unconfirmed repairs; nothing was imported; answer or leave them out.",
        ),
    ),
    problem(
        "import_already_applied",
        409,
        ("Tệp này đã được nhập", "Imported already"),
        (
            "Lần đọc này đã được nhập lúc {at}; muốn nhập lại thì đọc tệp lần nữa.",
            "This reading was imported at {at}; read the file again to import it once more.",
        ),
    ),
    problem(
        "import_not_checked",
        409,
        ("Tệp chưa được kiểm tra xong", "The file was not checked to its end"),
        (
            "Lần đọc này ở trạng thái “{state}” nên không nhập được; đọc lại tệp và xem kết quả trước.",
            "This reading is “{state}” and cannot be imported; read the file again and look at the outcome first.",
        ),
    ),
    problem(
        "import_file_changed",
        409,
        ("Tệp không còn như lúc đọc", "The file is not what was read"),
        (
            "Tệp đã lưu không còn hoặc không giống lúc kiểm tra nên chưa nhập gì; đọc lại tệp gốc.",
            "The file kept is gone or differs from what was checked, so nothing was imported; read the original again.",
        ),
    ),
    problem(
        "import_nothing",
        422,
        ("Không có gì để nhập", "Nothing to import"),
        (
            "Không dòng nào của tệp nhập được; xem lý do ở từng dòng, sửa tệp rồi đọc lại.",
            "No row of the file can be imported; look at the reason of each, correct the file and read it again.",
        ),
    ),
    problem(
        "import_kind_other",
        409,
        ("Không nhập được loại này", "This kind is not imported here"),
        (
            "Lần đọc này thuộc loại “{kind}”, không nhập được bằng chức năng này; dùng chức năng của loại đó.",
            "This reading is of the kind “{kind}”, which is not imported here; use what that kind is imported with.",
        ),
    ),
)
