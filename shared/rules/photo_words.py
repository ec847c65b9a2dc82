"""What `photos` says to people; `words` puts the numbers in."""

from collections.abc import Mapping

from shared.problems import Text

PHOTO_WORDS: Mapping[str, Text] = {
    "type_differs": Text(
        "nội dung tệp khác loại đã khai: mở bản gốc để xem",
        "the content is of another type than declared: look at the original",
    ),
    "type_unrecognised": Text(
        "không nhận ra loại tệp theo nội dung: mở bản gốc để xem",
        "the content is of no known type: look at the original",
    ),
    "photo_at_place": Text(
        "vị trí trong ảnh cách nơi kiểm tra {distance_m} m, ±{uncertainty_m} m",
        "the picture's own position is {distance_m} m from the check, ±{uncertainty_m} m",
    ),
    "photo_elsewhere": Text(
        "vị trí trong ảnh cách nơi kiểm tra {distance_m} m, ±{uncertainty_m} m: hỏi người chụp",
        "the picture's own position is {distance_m} m from the check, ±{uncertainty_m} m: ask who took it",
    ),
    "photo_perhaps_elsewhere": Text(
        "vị trí trong ảnh cách nơi kiểm tra {distance_m} m, ±{uncertainty_m} m: chưa thể nói là chụp nơi khác",
        "the picture's own position is {distance_m} m from the check, ±{uncertainty_m} m: may be the same place",
    ),
    "photo_time_fits": Text(
        "giờ trong ảnh khớp với phiếu, lệch {difference_min} phút",
        "the picture's own time fits the report, {difference_min} min apart",
    ),
    "photo_taken_before": Text(
        "giờ trong ảnh sớm hơn phiếu {difference_min} phút: hỏi người chụp",
        "by its own time the picture is {difference_min} min earlier than the report says: ask who took it",
    ),
    "photo_taken_after": Text(
        "giờ trong ảnh muộn hơn phiếu {difference_min} phút: hỏi người chụp",
        "by its own time the picture is {difference_min} min later than the report says: ask who took it",
    ),
    "photo_zone_unclear": Text("có thể máy ảnh đặt múi giờ khác", "the camera may be set to another time zone"),
    "photo_clock_unset": Text(
        "đồng hồ máy ảnh chưa được đặt nên không so được giờ",
        "the camera's clock was never set: nothing to compare",
    ),
    "photo_against_unchecked_clock": Text(
        "giờ điện thoại khi lập phiếu chưa được đối chiếu", "the phone's clock was not checked either"
    ),
    "file_used_again": Text(
        "chính tệp này đã có trong {other_reports_count} phiếu khác lập trước: mở phiếu đó để so",
        "this very file stands in {other_reports_count} earlier reports: open them and compare",
    ),
    "paper_file_used_again": Text(
        "tệp giấy tờ này đã có trong {other_reports_count} phiếu khác: giấy tờ có thể được xuất trình lại",
        "this file of a paper stands in {other_reports_count} other reports: a paper may be shown again",
    ),
    "photo_looks_like_other": Text(
        "ảnh rất giống ảnh của {alike_reports_count} phiếu khác (lệch {difference_bits}/64): xem hai ảnh cạnh nhau",
        "it looks like one of {alike_reports_count} other reports ({difference_bits} of 64 bits apart): compare them",
    ),
}
