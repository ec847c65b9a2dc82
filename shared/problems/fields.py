"""What can be wrong at one place of a request or report."""

from types import MappingProxyType

from shared.problems.kinds import Text

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
