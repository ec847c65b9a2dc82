"""What is said about a row when it is made into the boundary of a province or a commune; both languages."""

from collections.abc import Mapping

from shared.problems import Text

BOUNDARY_WORDS: Mapping[str, Text] = {
    "place_missing": Text(
        "Dòng không có mã hay tên tỉnh, xã; chỉ ra cột nào là mã hoặc tên (code, name), hoặc trả lời mã (place).",
        "The row has no code or name of a place; say which column holds it (code, name), or answer its code (place).",
    ),
    "place_unknown": Text(
        "Danh mục không có tỉnh, xã nào là “{value}”; nạp danh mục hành chính, hoặc trả lời mã đúng (place).",
        "The list has no province or commune “{value}”; load the list of places, or answer the right code (place).",
    ),
    "place_code_unknown": Text(
        "Danh mục không có mã “{value}” nhưng có “{name}”; trả lời mã đúng nếu là một (place={choices}).",
        "The list has no code “{value}” but it has “{name}”; answer its code if that is the one (place={choices}).",
    ),
    "place_ambiguous": Text(
        "“{value}” có thể là: {places}; trả lời mã của nơi đúng (place={choices}), hoặc cho biết tỉnh (province).",
        "“{value}” may be: {places}; answer the code of the right one (place={choices}), or name the province.",
    ),
    "place_name_differs": Text(
        "Theo mã thì đây là “{place}” nhưng dòng ghi tên “{name}”; trả lời mã đúng (place={choices}).",
        "By its code this is “{place}”, but the row has the name “{name}”; answer the right code (place={choices}).",
    ),
    "place_far": Text(
        "Điểm giữa của “{place}” nằm ngoài ranh giới này {km} km; nếu vẫn đúng nơi thì trả lời mã (place={choices}).",
        "The centre of “{place}” lies {km} km outside this boundary; if it is the place, answer its code"
        " (place={choices}).",
    ),
    "boundary_repeated": Text(
        "“{place}” xuất hiện nhiều lần trong tệp (xem dòng {row}); gộp thành một đối tượng nhiều phần rồi đọc lại.",
        "“{place}” stands in the file more than once (see row {row}); merge its parts into one object and read again.",
    ),
    "boundary_replaces": Text(
        "“{place}” đã có ranh giới (nhập {day}, {source}); ranh giới này thay cho nó khi nhập.",
        "“{place}” has a boundary already (imported {day}, {source}); this one takes its place when imported.",
    ),
    "boundary_unchanged": Text(
        "“{place}” đã có đúng ranh giới này nên không ghi thêm gì.",
        "“{place}” has just this boundary already; nothing is added.",
    ),
}
