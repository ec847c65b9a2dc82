"""What tables, columns and values are called on the office's pages. Kept out of the models: wording is no migration."""

from collections.abc import Mapping

from django.apps import apps
from django.db.models import Field

from backend.common.languages import both
from backend.registry.models.agencies import LEAD
from shared.geo.zones import ZONES

WGS84 = 4326
WIDE_SCALE = 0.9996  # of a 6° zone; 0.9999 of a 3° zone

# Model → (one, many), each Vietnamese and English.
TABLES: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "agencyduty": (("nhiệm vụ của cơ quan", "agency duty"), ("nhiệm vụ của cơ quan", "agency duties")),
    "catalogueentry": (("điều khoản vi phạm", "catalogue entry"), ("danh mục vi phạm", "catalogue of violations")),
    "commune": (("xã, phường", "commune"), ("xã, phường", "communes")),
    "communeboundary": (("ranh giới xã", "commune boundary"), ("ranh giới xã", "commune boundaries")),
    "declaredoutput": (("sản lượng khai báo", "declared output"), ("sản lượng khai báo", "declared output")),
    "formercommune": (("xã trước 1/7/2025", "former commune"), ("xã trước 1/7/2025", "former communes")),
    "holder": (("chủ giấy phép", "holder"), ("chủ giấy phép", "holders")),
    "importrun": (("lần nhập tệp", "import"), ("nhập tệp", "imports")),
    "letterhead": (("tiêu đề văn bản", "letterhead"), ("tiêu đề văn bản", "letterheads")),
    "licence": (("giấy phép khai thác", "licence"), ("giấy phép khai thác", "licences")),
    "mineral": (("khoáng sản", "mineral"), ("khoáng sản", "minerals")),
    "power": (("thẩm quyền xử phạt", "power to fine"), ("thẩm quyền xử phạt", "powers to fine")),
    "province": (("tỉnh, thành phố", "province"), ("tỉnh, thành phố", "provinces")),
    "provinceboundary": (("ranh giới tỉnh", "province boundary"), ("ranh giới tỉnh", "province boundaries")),
    "provincialhours": (("giờ khai thác của tỉnh", "provincial hours"), ("giờ khai thác của tỉnh", "provincial hours")),
    "unitarea": (("địa bàn của đơn vị", "area of a unit"), ("địa bàn của đơn vị", "areas of units")),
    "vehicle": (("phương tiện", "vehicle"), ("phương tiện", "vehicles")),
}

# Column, or model.column → Vietnamese and English.
COLUMNS: Mapping[str, tuple[str, str]] = {
    "address": ("địa chỉ", "address"),
    "addressees": ("kính gửi", "addressees"),
    "agency": ("cơ quan", "agency"),
    "applied_at": ("nhập lúc", "imported at"),
    "area_km2": ("diện tích (km²)", "area (km²)"),
    "article": ("điều", "article"),
    "basis": ("trạng thái khi đo", "measured as"),
    "code": ("mã", "code"),
    "commune": ("xã, phường", "commune"),
    "commune_codes": ("mã các xã", "codes of communes"),
    "content": ("nội dung", "content"),
    "decree": ("nghị định", "decree"),
    "density": ("tỷ trọng (tấn/m³ rời)", "density (t per loose m³)"),
    "density_source": ("nguồn của tỷ trọng", "source of the density"),
    "description": ("mô tả", "description"),
    "district": ("huyện cũ", "former district"),
    "duty": ("nhiệm vụ", "duty"),
    "east": ("cạnh đông (kinh độ)", "eastern side (longitude)"),
    "family": ("họ khoáng sản", "family"),
    "file_name": ("tên tệp", "file"),
    "heading": ("tên trên văn bản", "heading"),
    "illustration": ("dữ liệu minh họa", "illustration"),
    "imported_at": ("nhập lúc", "imported at"),
    "inspection_valid_to": ("đăng kiểm đến ngày", "inspection valid to"),
    "kind": ("loại", "kind"),
    "lat": ("vĩ độ", "latitude"),
    "licence": ("giấy phép", "licence"),
    "limit_million_vnd": ("mức tối đa (triệu đồng)", "limit (million VND)"),
    "lon": ("kinh độ", "longitude"),
    "made_at": ("đọc lúc", "read at"),
    "made_by": ("người đọc", "read by"),
    "mark": ("biển số, số đăng ký", "mark"),
    "month": ("tháng", "month"),
    "name": ("tên", "name"),
    "north": ("cạnh bắc (vĩ độ)", "northern side (latitude)"),
    "number": ("số", "number"),
    "place": ("nơi ký", "place of signing"),
    "post": ("chức danh", "post"),
    "province": ("tỉnh cũ", "former province"),
    "province_code": ("mã tỉnh", "province code"),
    "quantity": ("số lượng", "quantity"),
    "recorded_at": ("ghi lúc", "recorded at"),
    "registration_valid_to": ("đăng ký đến ngày", "registration valid to"),
    "retired": ("đã được thay", "replaced"),
    "revision": ("bản", "revision"),
    "share_percent": ("phần của mức tối đa (%)", "share of the maximum (%)"),
    "source": ("nguồn", "source"),
    "south": ("cạnh nam (vĩ độ)", "southern side (latitude)"),
    "state": ("trạng thái", "state"),
    "successors": ("nay là", "now"),
    "superior": ("cơ quan cấp trên", "superior"),
    "tax_code": ("mã số thuế", "tax code"),
    "unit": ("đơn vị", "unit"),
    "valid_from": ("từ ngày", "from"),
    "valid_to": ("đến ngày", "to"),
    "verified_by": ("người đối chiếu", "verified by"),
    "verified_on": ("đối chiếu ngày", "verified on"),
    "west": ("cạnh tây (kinh độ)", "western side (longitude)"),
    "windows": ("khung giờ", "hours"),
    "year": ("năm", "year"),
    "letterhead.code": ("ký hiệu (SCT trong 05/BC-SCT)", "code (SCT in 05/BC-SCT)"),
}

# Column → value → Vietnamese and English.
VALUES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "importrun.kind": {
        "licences": ("giấy phép", "licences"),
        "boundaries": ("ranh giới", "boundaries"),
        "declared_output": ("sản lượng khai báo", "declared output"),
    },
    "importrun.state": {
        "reading": ("đang đọc", "reading"),
        "checked": ("đã đọc, chưa nhập", "read, not imported"),
        "refused": ("không nhận cả tệp", "whole file refused"),
        "stopped": ("đã dừng", "stopped"),
        "applied": ("đã nhập", "imported"),
    },
    "importrow.outcome": {
        "accepted": ("nhận", "accepted"),
        "repaired": ("nhận sau khi sửa", "accepted as repaired"),
        "question": ("chờ trả lời", "waits for an answer"),
        "refused": ("không nhận", "refused"),
    },
    "holder.kind": {
        "organisation": ("tổ chức", "organisation"),
        "household_business": ("hộ kinh doanh", "household business"),
        "person": ("cá nhân", "person"),
        "unknown": ("chưa rõ", "not known"),
    },
    "vehicle.kind": {"road": ("đường bộ", "road"), "waterway": ("đường thủy", "waterway")},
    "equipment.kind": {
        "machine": ("máy", "machine"),
        "road": ("xe", "road vehicle"),
        "waterway": ("tàu, thuyền", "vessel"),
    },
    "family": {
        "riverbed_sand": ("cát, sỏi lòng sông, hồ, biển", "sand and gravel of rivers, lakes, coast"),
        "common": ("vật liệu xây dựng thông thường khác", "other common construction minerals"),
        "precious": ("vàng, bạc, bạch kim, đá quý, khoáng sản độc hại", "gold, silver, platinum, gems, toxic minerals"),
        "water": ("nước khoáng, nước nóng, than bùn, bùn khoáng", "mineral and hot water, peat, mineral mud"),
        "other": ("khoáng sản khác", "other"),
    },
    "place": {"commune": ("xã, phường", "commune"), "province": ("tỉnh, thành phố", "province")},
    "unit": {"m3": ("m³", "m³"), "t": ("tấn", "t")},
    "basis": {
        "loose": ("rời, nguyên khai", "loose"),
        "in_place": ("nguyên khối", "in place"),
        "weight": ("khối lượng cân", "weight"),
    },
    "group": {"I": ("I", "I"), "II": ("II", "II"), "III": ("III", "III"), "IV": ("IV", "IV")},
    "issuer_level": {"ministry": ("Bộ", "ministry"), "province": ("tỉnh", "province")},
    "depth_datum": {
        "surface": ("mét dưới mặt đất, đáy sông ban đầu", "metres below the original ground or bed"),
        "elevation": ("mức cao, hệ cao độ quốc gia", "level in the national height system"),
    },
}


def value_words(column: str, value: object) -> str:
    """Words of a stored value (`holder.kind`, "person"); the value itself where it has none."""
    words = VALUES[column].get(str(value))
    return both(*words) if words else str(value)


def choices(column: str, *, empty: bool = False) -> list[tuple[str, str]]:
    """Of a form: every value with its words."""
    found = [(value, both(*words)) for value, words in VALUES[column].items()]
    return [("", "—"), *found] if empty else found


def values_of(model: str, column: str) -> str | None:
    """Under which name VALUES has the values of a column; None where they have no words."""
    return next((key for key in (f"{model}.{column}", column) if key in VALUES), None)


def name_tables() -> None:
    """Give Django these names. Migrations read what the models were declared with, and do not see them."""
    config = apps.get_app_config("registry")
    config.verbose_name = both("Sổ đăng ký", "Registry")
    for model in config.get_models():
        name = model._meta.model_name or ""
        if name in TABLES:
            one, many = TABLES[name]
            model._meta.verbose_name, model._meta.verbose_name_plural = both(*one), both(*many)
        for field in model._meta.get_fields():
            words = COLUMNS.get(f"{name}.{field.name}") or COLUMNS.get(field.name)
            if words and isinstance(field, Field):
                field.verbose_name = both(*words)


# Question → answer → Vietnamese and English; what stands in neither is shown as it is (a number, a code of EPSG).
ANSWERS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "repair": {"accept": ("đồng ý cách sửa được đề xuất", "agree to the repair proposed")},
    "axes": {
        "swapped": ("hai cột bị đổi chỗ: đổi lại", "the two columns are swapped: turn them round"),
        "as_written": ("đúng như đã ghi", "right as written"),
    },
    "decimal": {
        "comma": ("dấu phẩy là dấu thập phân", "the comma"),
        "point": ("dấu chấm là dấu thập phân", "the point"),
    },
    "group": {"separate": ("là một khu vực khác", "it is another area")},
    "labels": {"keep": ("giữ nguyên như đã ghi", "keep as written")},
    "capacity_unit": {"m3": ("m³", "m³"), "t": ("tấn", "t")},
    "unit": {"m3": ("m³", "m³"), "t": ("tấn", "t")},
}

# Column of an import → what people call it, for notes and choices.
FIELDS: Mapping[str, tuple[str, str]] = {
    "number": ("số giấy phép", "licence number"),
    "holder": ("chủ giấy phép", "holder"),
    "tax_code": ("mã số thuế", "tax code"),
    "mineral": ("khoáng sản", "mineral"),
    "capacity": ("công suất", "capacity"),
    "month": ("tháng", "month"),
    "year": ("năm", "year"),
    "quantity": ("sản lượng", "quantity"),
    "northing": ("X (tọa độ bắc)", "X (northing)"),
    "easting": ("Y (tọa độ đông)", "Y (easting)"),
    "lat": ("vĩ độ", "latitude"),
    "lon": ("kinh độ", "longitude"),
    "label": ("tên điểm góc", "label of the corner"),
    "place": ("loại địa giới", "kind of place"),
    "declared_ha": ("diện tích ghi trên giấy", "declared area"),
    "address": ("địa chỉ", "address"),
    "issuer": ("cơ quan cấp", "issuer"),
    "issuer_level": ("cấp của cơ quan", "level of the issuer"),
    "minerals": ("khoáng sản", "minerals"),
    "group": ("nhóm khoáng sản", "mineral group"),
    "purpose": ("mục đích sử dụng", "purpose"),
    "basis": ("văn bản căn cứ", "paper it rests on"),
    "capacity_unit": ("đơn vị công suất", "unit of the capacity"),
    "capacity_basis": ("công suất tính theo", "capacity measured as"),
    "depth": ("độ sâu (m)", "depth (m)"),
    "depth_datum": ("độ sâu tính theo", "depth counted as"),
    "issued_on": ("ngày cấp", "issued on"),
    "valid_from": ("giá trị từ", "valid from"),
    "valid_to": ("giá trị đến", "valid to"),
    "effective_from": ("có hiệu lực từ", "takes effect on"),
}

# Column of an import → under which name VALUES has its values; `basis` is one of measuring in declared output alone.
FIELD_VALUES: Mapping[str, str] = {
    "issuer_level": "issuer_level",
    "group": "group",
    "capacity_unit": "unit",
    "unit": "unit",
    "capacity_basis": "basis",
    "depth_datum": "depth_datum",
    "place": "place",
}


def answer_words(question: str, answer: str) -> str:
    """`repair:3`, "accept" → "agree to the repair proposed"; the zone's meridian beside a code of EPSG."""
    kind = question.partition(":")[0]
    if kind == "epsg":
        return epsg_words(int(answer)) if answer.isdecimal() else answer
    words = ANSWERS.get(kind, {}).get(answer)
    return both(*words) if words else answer


def epsg_words(epsg: int) -> str:
    """9209 → "VN-2000, 105°30′, 3° (EPSG 9209)"."""
    if epsg == WGS84:
        return f"WGS84 (EPSG {WGS84})"
    zone = ZONES.get(epsg)
    if zone is None:
        return f"EPSG {epsg}"
    degrees, minutes = divmod(round(zone.central_meridian_deg * 60), 60)
    return f"VN-2000, {degrees}°{minutes:02d}′, {'6°' if zone.scale == WIDE_SCALE else '3°'} (EPSG {epsg})"


def duty_words(duty: str) -> str:
    """`lead_minerals`, `receives:<code>` in the reader's words."""
    if duty == LEAD:
        return both("chủ trì quản lý khoáng sản", "leads on minerals")
    code = duty.partition(":")[2]
    return both(f"nhận chuyển giao ({code})", f"receives transfers ({code})")
