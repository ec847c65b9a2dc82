"""What is said about a row when its cells are made into a licence or a declaration; both languages."""

from collections.abc import Mapping
from typing import Any

from backend.registry.importing.boundary_words import BOUNDARY_WORDS
from backend.registry.importing.words import WORDS
from shared.problems import Text

RUN_WORDS: Mapping[str, Text] = {
    "number_missing": Text(
        "Dòng không có số giấy phép nên không nhập được; bổ sung số, hoặc chỉ ra cột nào là số giấy phép.",
        "The row has no licence number and cannot be imported; add it, or say which column holds the number.",
    ),
    "number_too_long": Text(
        "Số giấy phép dài {length} ký tự, quá {limit}; kiểm tra xem có đúng cột số giấy phép không.",
        "The licence number has {length} characters, more than {limit}; check that this is the column of the number.",
    ),
    "holder_missing": Text(
        "Dòng không có tên chủ giấy phép; bổ sung tên, hoặc chỉ ra cột nào là chủ giấy phép.",
        "The row names no holder; add the name, or say which column holds it.",
    ),
    "tax_code_refused": Text(
        "Mã số thuế “{value}” sai (10 hoặc 13 số, có số kiểm tra) nên được bỏ trống; xem lại trên giấy phép.",
        "The tax code “{value}” is wrong (10 or 13 digits with a check digit) and is left empty; look at the paper.",
    ),
    "mineral_unknown": Text(
        "Danh mục không có khoáng sản “{value}” nên giấy phép chưa có khoáng sản này; thêm vào danh mục rồi đọc lại.",
        "The list has no mineral “{value}”, so the licence does not get it; add it to the list and read again.",
    ),
    "group_unknown": Text(
        "Nhóm khoáng sản “{value}” không phải I, II, III hay IV nên được bỏ trống.",
        "The mineral group “{value}” is none of I, II, III, IV and is left empty.",
    ),
    "date_impossible": Text(
        "Cột “{field}”: ngày “{value}” không có thật nên được bỏ trống; sửa theo giấy phép rồi đọc lại.",
        "Column “{field}”: the date “{value}” does not exist and is left empty; correct it by the paper, read again.",
    ),
    "date_unreadable": Text(
        "Cột “{field}”: không hiểu ngày “{value}” nên được bỏ trống; ghi theo dạng ngày/tháng/năm.",
        "Column “{field}”: the date “{value}” is not understood and is left empty; write day/month/year.",
    ),
    "cell_number_ambiguous": Text(
        "Cột “{field}”: “{value}” có thể là {one} hoặc {other}; dấu nào là dấu thập phân (decimal=comma|point).",
        "Column “{field}”: “{value}” may be {one} or {other}; say which is the decimal sign (decimal=comma|point).",
    ),
    "cell_number_unreadable": Text(
        "Cột “{field}”: không hiểu số “{value}” nên được bỏ trống; ghi một số kèm đơn vị.",
        "Column “{field}”: the number “{value}” is not understood and is left empty; write one number with its unit.",
    ),
    "capacity_unit_missing": Text(
        "Công suất “{value}” không ghi đơn vị; trả lời là m3 hay tấn (capacity_unit=m3|t).",
        "The capacity “{value}” has no unit; say whether it is m3 or tonnes (capacity_unit=m3|t).",
    ),
    "text_shortened": Text(
        "Cột “{field}” dài quá {limit} ký tự nên bị cắt bớt khi nhập; bản đầy đủ vẫn nằm trong lần đọc này.",
        "Column “{field}” is longer than {limit} characters and is cut; the whole text stays with this reading.",
    ),
    "characters_replaced": Text(
        "Dòng có ký tự không lưu được (NUL hoặc nửa ký tự); chúng được thay bằng “�”.",
        "The row has characters that cannot be stored (NUL or half a character); they are replaced by “�”.",
    ),
    "field_refused": Text(
        "Mục “{field}” không nhận được. {reason_vi} Sửa trong tệp rồi đọc lại.",
        "“{field}” is not taken. {reason_en} Correct it in the file and read again.",
    ),
    "licence_rows_differ": Text(
        "Các dòng của giấy phép này ghi khác nhau ở: {fields} (so với dòng {row}); sửa cho giống nhau rồi đọc lại.",
        "The rows of this licence differ in: {fields} (compared with row {row}); make them agree and read again.",
    ),
    "licence_incomplete": Text(
        "Một khu vực khác của giấy phép này (dòng {row}) chưa nhập được nên cả giấy phép được để lại.",
        "Another area of this licence (row {row}) cannot be taken yet, so the whole licence is left out.",
    ),
    "licence_unknown": Text(
        "Sổ không có giấy phép “{value}”; nhập giấy phép trước, hoặc sửa số cho đúng.",
        "The register has no licence “{value}”; import the licence first, or correct the number.",
    ),
    "month_missing": Text(
        "Dòng không có tháng khai báo; ghi tháng/năm (03/2026).", "The row has no month; write month/year (03/2026)."
    ),
    "month_unreadable": Text(
        "Không hiểu tháng “{value}”; ghi tháng/năm (03/2026).",
        "The month “{value}” is not understood; write month/year (03/2026).",
    ),
    "year_missing": Text(
        "Tháng “{value}” không kèm năm; thêm cột năm, hoặc trả lời năm nào (year=2026).",
        "The month “{value}” has no year; add a column with the year, or say which it is (year=2026).",
    ),
    "month_future": Text(
        "Tháng {value} chưa tới nên không thể khai báo; sửa lại tháng.",
        "The month {value} has not begun and cannot be declared; correct it.",
    ),
    "quantity_missing": Text(
        "Dòng không có sản lượng; ghi một số, ghi 0 nếu tháng đó không khai thác.",
        "The row has no quantity; write a number, 0 where nothing was taken out.",
    ),
    "quantity_negative": Text(
        "Sản lượng “{value}” là số âm; sửa lại.", "The quantity “{value}” is negative; correct it."
    ),
    "quantity_unreadable": Text(
        "Không hiểu sản lượng “{value}”; ghi một số, nhiều nhất ba chữ số thập phân.",
        "The quantity “{value}” is not understood; write one number with at most three decimals.",
    ),
    "unit_missing": Text(
        "Không rõ đơn vị của “{value}”; trả lời là m3 hay tấn (unit=m3|t).",
        "The unit of “{value}” is not said; say whether it is m3 or tonnes (unit=m3|t).",
    ),
    "output_repeated": Text(
        "Giấy phép và tháng này xuất hiện nhiều lần trong tệp (xem dòng {row}); giữ một dòng rồi đọc lại.",
        "This licence and month stand in the file more than once (see row {row}); keep one and read again.",
    ),
    "output_corrects": Text(
        "Tháng này đã khai {before}; con số mới thành bản sửa, bản cũ vẫn được giữ.",
        "This month was declared as {before}; the new figure becomes a correction and the old one is kept.",
    ),
    "output_unchanged": Text(
        "Tháng này đã khai đúng như vậy nên không ghi thêm gì.",
        "This month was declared just so already; nothing is added.",
    ),
    **BOUNDARY_WORDS,
}


def words_of(code: str, values: Mapping[str, Any], language: str) -> str:
    """The sentence of a note, of the reader's or of ours."""
    return (RUN_WORDS.get(code) or WORDS[code]).say(language, **values)
