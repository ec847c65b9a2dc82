"""What the reader says of a file and of its rows; both languages. The values are those given where the code is."""

from collections.abc import Mapping
from typing import Any

from shared.problems import Text

# Why a whole file is refused.
_FILES: Mapping[str, Text] = {
    "too_large": Text(
        "Tệp {size}, quá giới hạn {limit}; chia thành nhiều tệp rồi nhập từng tệp.",
        "The file has {size}, more than {limit}; part it into several files and import each.",
    ),
    "file_empty": Text(
        "Tệp rỗng (0 byte); kiểm tra xem đã chép xong tệp chưa.",
        "The file is empty (0 bytes); check whether it was copied to its end.",
    ),
    "no_rows": Text(
        "Tệp đọc được nhưng không có khu vực hay dòng dữ liệu nào; kiểm tra xem có đúng tệp không.",
        "The file can be read but holds no area and no row; check that it is the right file.",
    ),
    "kind_unknown": Text(
        "Không nhập được loại tệp này ({found}); lưu thành CSV, XLSX, GeoJSON, shapefile nén zip, GeoPackage hoặc KML.",
        "This kind of file ({found}) is not read; save it as CSV, XLSX, GeoJSON, zipped shapefile, GeoPackage or KML.",
    ),
    "not_text": Text(
        "Tệp không phải văn bản (có byte 0); lưu lại thành CSV hoặc XLSX.",
        "The file is no text (it has zero bytes); save it as CSV or XLSX.",
    ),
    "not_a_table": Text(
        "Cần một bảng (CSV hoặc XLSX) nhưng tệp là {found}; lưu bảng rồi đọc lại.",
        "A table is needed (CSV or XLSX) but the file is {found}; save the table and read it again.",
    ),
    "table_empty": Text(
        "Bảng không có dòng dữ liệu nào dưới dòng tiêu đề; kiểm tra xem có đúng tệp và đúng trang không.",
        "The table has no row below its header; check that it is the right file and sheet.",
    ),
    "no_coordinate_columns": Text(
        "Không thấy cột tọa độ (X và Y, hoặc vĩ độ và kinh độ) trong tệp, dòng đầu là “{found}”; "
        "chỉ ra cột nào là cột nào (northing=…, easting=…).",
        "The file has no columns of coordinates (X and Y, or latitude and longitude), its first line is “{found}”; "
        "say which is which (northing=…, easting=…).",
    ),
    "too_many_columns": Text(
        "Bảng có hơn {limit} cột; bỏ bớt cột không cần rồi đọc lại.",
        "The table has more than {limit} columns; take out what is not needed and read it again.",
    ),
    "too_many_rows": Text(
        "Tệp có hơn {limit} dòng; chia thành nhiều tệp rồi nhập từng tệp.",
        "The file has more than {limit} rows; part it into several files and import each.",
    ),
    "csv_broken": Text(
        "Tệp CSV hỏng ({reason}), thường do một dấu ngoặc kép không đóng; mở bằng bảng tính, sửa rồi lưu lại.",
        "The CSV file is broken ({reason}), mostly by a quotation mark without its end; mend it in a spreadsheet.",
    ),
    "encoding_wrong": Text(
        "Tệp không được viết bằng bảng mã {encoding}; bỏ lựa chọn ấy hoặc chọn bảng mã khác.",
        "The file is not written in {encoding}; leave that choice out or choose another encoding.",
    ),
    "encoding_unknown": Text(
        "Không nhận ra bảng mã của tệp; lưu lại dạng UTF-8, hoặc chỉ ra bảng mã.",
        "The encoding of the file is not recognised; save it as UTF-8, or say what it is in.",
    ),
    "xlsx_broken": Text(
        "Không đọc được tệp XLSX ({reason}); mở bằng bảng tính rồi lưu lại.",
        "The XLSX file cannot be read ({reason}); open it in a spreadsheet and save it again.",
    ),
    "zip_broken": Text(
        "Tệp nén hỏng hoặc bị cắt cụt ({reason}); chép hoặc nén lại tệp gốc.",
        "The zip file is broken or cut off ({reason}); copy or pack the original again.",
    ),
    "zip_bomb": Text(
        "Tệp nén khi mở ra quá lớn hoặc nén dày bất thường (giới hạn {limit}) nên không mở; nén lại chỉ các tệp cần.",
        "The zip file would unpack to too much, or is packed too densely (limit {limit}), and was not opened; pack "
        "only what is needed.",
    ),
    "zip_too_many": Text(
        "Tệp nén chứa {count} tệp, quá {limit}; nén lại chỉ các tệp cần.",
        "The zip file holds {count} files, more than {limit}; pack only what is needed.",
    ),
    "zip_encrypted": Text(
        "Tệp nén có mật khẩu; nén lại không đặt mật khẩu.",
        "The zip file has a password; pack it again without one.",
    ),
    "zip_path": Text(
        "Tệp nén chứa tên không được nhận (“{name}”: ra ngoài thư mục, hoặc có hai lần); nén lại các tệp gốc.",
        "The zip file holds a name that is not taken (“{name}”: out of its folder, or there twice); pack the originals "
        "again.",
    ),
    "zip_without_data": Text(
        "Tệp nén không có shapefile, KML hay bảng XLSX (chỉ có: {names}); kiểm tra xem có đúng tệp không.",
        "The zip file holds no shapefile, KML or XLSX (but: {names}); check that it is the right file.",
    ),
    "shapefile_alone": Text(
        "Shapefile gồm nhiều tệp (.shp, .shx, .dbf, .prj); nén tất cả vào một tệp zip rồi nhập tệp zip.",
        "A shapefile is several files (.shp, .shx, .dbf, .prj); pack all of them into one zip and import that.",
    ),
    "shapefile_incomplete": Text(
        "Shapefile thiếu tệp {missing}; nén đủ các tệp cùng tên rồi đọc lại.",
        "The shapefile lacks {missing}; pack all files of that name and read it again.",
    ),
    "gis_broken": Text(
        "Không đọc được tệp bản đồ ({reason}); mở bằng phần mềm GIS rồi xuất lại.",
        "The map file cannot be read ({reason}); open it in a GIS program and export it again.",
    ),
    "no_layers": Text(
        "GeoPackage không có lớp nào chứa hình; xuất lại lớp ranh giới.",
        "The GeoPackage has no layer with shapes; export the layer of the boundaries again.",
    ),
    "json_empty": Text(
        "Tệp chỉ có khoảng trắng; kiểm tra xem đã chép xong tệp chưa.",
        "The file holds nothing but blanks; check whether it was copied to its end.",
    ),
    "json_broken": Text(
        "Tệp JSON hỏng ở ký tự thứ {position} ({expected}), có thể bị cắt cụt; xuất lại từ chương trình gốc.",
        "The JSON file is broken at character {position} ({expected}), perhaps cut off; export it again.",
    ),
    "json_not_utf8": Text(
        "Tệp GeoJSON không viết bằng UTF-8; lưu lại dạng UTF-8.",
        "The GeoJSON file is not in UTF-8; save it as UTF-8.",
    ),
    "json_too_deep": Text(
        "Tệp JSON lồng quá nhiều tầng nên không phải bản đồ; kiểm tra xem có đúng tệp không.",
        "The JSON file is nested too deep to be a map; check that it is the right file.",
    ),
    "nested_too_deep": Text(
        "Dữ liệu trong tệp lồng quá nhiều tầng nên không đọc; xuất lại từ chương trình gốc, không lồng nhóm hình.",
        "The data of the file is nested too deep and was not read; export it again without groups of groups.",
    ),
    "json_file_constant": Text(
        "Tệp có giá trị {value}, không phải JSON; xuất lại từ chương trình gốc.",
        "The file has the value {value}, which is no JSON; export it again.",
    ),
    "json_file_key_twice": Text(
        "Mục “{key}” của tệp xuất hiện hai lần nên không biết lấy mục nào; xuất lại từ chương trình gốc.",
        "“{key}” of the file is there twice and nobody can say which is meant; export it again.",
    ),
    "not_geojson": Text(
        "Tệp là JSON nhưng không phải GeoJSON (loại: {found}); xuất lại dạng GeoJSON FeatureCollection.",
        "The file is JSON but no GeoJSON (kind: {found}); export it as a GeoJSON FeatureCollection.",
    ),
    "topojson": Text(
        "Tệp là TopoJSON, không phải GeoJSON; xuất lại dạng GeoJSON.",
        "The file is TopoJSON and not GeoJSON; export it as GeoJSON.",
    ),
    "crs_late": Text(
        "Hệ tọa độ ghi sau các hình nên đã không dùng được khi đọc; xuất lại theo WGS84, hoặc chỉ ra mã EPSG.",
        "The coordinate system is named after the shapes, too late for reading them; export as WGS84, or say the EPSG.",
    ),
    "feature_too_large": Text(
        "Một hình trong tệp dài quá {limit} ký tự; đơn giản hoá hoặc tách hình rồi đọc lại.",
        "One shape of the file is longer than {limit} characters; simplify or part it and read again.",
    ),
    "xml_broken": Text(
        "Tệp KML hỏng ({reason}); xuất lại từ chương trình gốc.",
        "The KML file is broken ({reason}); export it again.",
    ),
    "xml_too_deep": Text(
        "Tệp KML lồng quá nhiều tầng; xuất lại không lồng thư mục.",
        "The KML file is nested too deep; export it without folders in folders.",
    ),
    "xml_entities": Text(
        "Tệp XML khai báo kiểu tài liệu (DOCTYPE/ENTITY), cách thường dùng để làm treo máy, nên không đọc; "
        "xuất lại từ chương trình gốc.",
        "The XML declares a document type (DOCTYPE/ENTITY), as files do that are made to hang a machine, and was not "
        "read; export it again.",
    ),
    "too_slow": Text(
        "Đọc tệp quá {seconds} giây nên đã dừng, chưa nhập gì; chia tệp nhỏ hơn hoặc xuất lại.",
        "Reading took longer than {seconds} seconds and was ended, nothing was imported; part the file or export it "
        "again.",
    ),
    "too_much_memory": Text(
        "Đọc tệp cần quá {limit} MB bộ nhớ nên đã dừng, chưa nhập gì; chia tệp nhỏ hơn hoặc xuất lại.",
        "Reading needs more than {limit} MB of memory and was ended, nothing was imported; part the file or export it "
        "again.",
    ),
    "reader_crashed": Text(
        "Chương trình đọc gặp tệp này thì dừng đột ngột ({how}), chưa nhập gì; xuất lại tệp, còn lỗi thì báo quản trị.",
        "This file ended the program that reads it ({how}), nothing was imported; export it again, else tell the "
        "administrator.",
    ),
}

# Why a row is refused.
_REFUSALS: Mapping[str, Text] = {
    "row_too_deep": Text(
        "Dữ liệu của dòng lồng quá {limit} tầng nên không nhập; xuất lại với các cột đơn giản.",
        "The data of the row is nested deeper than {limit} levels and is not taken; export it with plain columns.",
    ),
    "row_too_large": Text(
        "Dòng này dài quá {limit} MB nên không nhập; đơn giản hoá hình hoặc bỏ bớt cột.",
        "This row is longer than {limit} MB and is not taken; simplify its shape or leave columns out.",
    ),
    "too_many_vertices": Text(
        "Khu vực có {count} đỉnh, quá {limit}; đơn giản hoá ranh giới rồi đọc lại.",
        "The area has {count} corners, more than {limit}; simplify its boundary and read again.",
    ),
    "too_few_corners": Text(
        "Khu vực có chưa đến ba điểm góc khác nhau nên không có diện tích; bổ sung điểm góc theo giấy phép.",
        "The area has fewer than three different corners; add them by the licence.",
    ),
    "no_area": Text(
        "Các điểm góc nằm trên một đường nên diện tích bằng 0; sửa tọa độ theo giấy phép.",
        "The corners lie on one line and enclose nothing; correct them by the licence.",
    ),
    "not_finite": Text(
        "Có tọa độ không phải số hữu hạn hoặc quá lớn; sửa tọa độ theo giấy phép.",
        "A coordinate is no finite number or far too large; correct it by the licence.",
    ),
    "not_projectable": Text(
        "Tọa độ không chuyển được sang WGS84 trong hệ tọa độ đã khai; kiểm tra hệ tọa độ và các số.",
        "The coordinates cannot be brought to WGS84 from the system that was said; check the system and the numbers.",
    ),
    "outside_earth": Text(
        "Tọa độ ({first}; {second}) không phải kinh độ và vĩ độ; nếu là mét thì chỉ ra hệ tọa độ (mã EPSG).",
        "({first}; {second}) is no longitude and latitude; if it is metres, say the coordinate system (EPSG).",
    ),
    "outside_zone": Text(
        "Tọa độ ({first}; {second}) không nằm ở Việt Nam theo cách nào; kiểm tra các số và kinh tuyến trục.",
        "({first}; {second}) lies in Vietnam in neither order; check the numbers and the central meridian.",
    ),
    "spans_world": Text(
        "Khu vực trải hơn nửa vòng trái đất, thường do vắt qua kinh tuyến 180°; tách đôi tại đó.",
        "The area spans more than half the globe, mostly because it crosses the meridian of 180°; part it there.",
    ),
    "not_repairable": Text(
        "Ranh giới sai ({reason_vi}) và không sửa được thành một khu vực; sửa tọa độ theo giấy phép.",
        "The boundary is wrong ({reason_en}) and cannot be mended into an area; correct it by the licence.",
    ),
    "epsg_unfit": Text(
        "Mã hệ tọa độ EPSG {epsg} không dùng được cho các số này (mét hay độ); chọn mã khác.",
        "The coordinate system EPSG {epsg} does not fit these numbers (metres or degrees); choose another.",
    ),
    "epsg_unknown": Text(
        "Không có hệ tọa độ EPSG {epsg}; chọn mã khác.", "There is no coordinate system EPSG {epsg}; choose another."
    ),
    "crs_unknown": Text(
        "Không nhận ra hệ tọa độ “{found}” của tệp; xuất lại theo WGS84, hoặc chỉ ra mã EPSG.",
        "The coordinate system “{found}” of the file is not recognised; export as WGS84, or say the EPSG.",
    ),
    "hn72": Text(
        "Tọa độ có số múi {prefix} là của hệ HN-72, không có tham số chính thức để chuyển; cần bản VN-2000.",
        "Coordinates with the zone number {prefix} are in HN-72, which has no official parameters; a VN-2000 table is "
        "needed.",
    ),
    "points_not_corners": Text(
        "{count} dòng này là các vị trí riêng lẻ, không phải điểm góc của một khu vực; cần bảng tọa độ các điểm góc.",
        "These {count} lines are places of their own and not corners of one area; a table of corners is needed.",
    ),
    "coordinate_unreadable": Text(
        "Điểm “{label}”: không hiểu tọa độ “{value}”; ghi một số.",
        "Point “{label}”: the coordinate “{value}” is not understood; write one number.",
    ),
    "line_too_wide": Text(
        "Một dòng có {cells} ô trong khi tiêu đề có {columns} cột nên các ô có thể đã lệch; sửa dòng ấy.",
        "A line has {cells} cells where the header has {columns}, so cells may have slipped; mend that line.",
    ),
    "header_repeated": Text(
        "Dòng này là tiêu đề lặp lại, không phải dữ liệu; không cần làm gì.",
        "This row is the header again and no data; nothing needs to be done.",
    ),
    "geometry_missing": Text(
        "Dòng không có hình hay tọa độ; bổ sung ranh giới rồi đọc lại.",
        "The row has no shape and no coordinates; add the boundary and read again.",
    ),
    "geometry_odd": Text(
        "Hình của dòng không đọc được ({found}); xuất lại từ chương trình gốc.",
        "The shape of the row cannot be read ({found}); export it again.",
    ),
    "coordinates_odd": Text(
        "Tọa độ của hình không phải cặp số ({found}); xuất lại từ chương trình gốc.",
        "The coordinates of the shape are no pairs of numbers ({found}); export it again.",
    ),
    "not_an_area": Text(
        "Hình là {found}, không phải khu vực; cần vùng khép kín (Polygon).",
        "The shape is {found} and no area; a closed one (Polygon) is needed.",
    ),
    "not_a_feature": Text(
        "Phần tử này không phải một Feature của GeoJSON ({found}); xuất lại từ chương trình gốc.",
        "This element is no Feature of GeoJSON ({found}); export it again.",
    ),
    "json_constant": Text(
        "Dòng có giá trị {value}, không phải JSON; sửa thành số hoặc null.",
        "The row has the value {value}, which is no JSON; make it a number or null.",
    ),
    "json_key_twice": Text(
        "Mục “{key}” của dòng xuất hiện hai lần nên không biết lấy mục nào; giữ một mục.",
        "“{key}” of the row is there twice and nobody can say which is meant; keep one.",
    ),
    "wkt_broken": Text(
        "WKT của dòng hỏng hoặc bị cắt cụt ({reason}; kết thúc bằng “{value}”); xuất lại từ chương trình gốc.",
        "The WKT of the row is broken or cut off ({reason}; it ends in “{value}”); export it again.",
    ),
}

# What has to be answered before a row is taken.
_QUESTIONS: Mapping[str, Text] = {
    "repair_proposed": Text(
        "Ranh giới sai ({reason_vi}). Đề xuất sửa: từ {before} ha thành {after} ha ({change} ha), thêm {added} và bỏ "
        "{removed} điểm góc, xa nhất {moved_m} m, còn {parts} phần; xem bản đồ rồi đồng ý ({answer}=accept) hoặc sửa "
        "tệp.",
        "The boundary is wrong ({reason_en}). Proposed repair: from {before} ha to {after} ha ({change} ha), {added} "
        "corners added and {removed} taken away, at most {moved_m} m off, {parts} parts; look at the map, then accept "
        "({answer}=accept) or mend the file.",
    ),
    "axes_swapped": Text(
        "Tọa độ ({first}; {second}) chỉ nằm ở Việt Nam nếu đổi chỗ hai cột (x là tọa độ bắc, y là tọa độ đông); "
        "xem giấy phép rồi trả lời (axes={choices}), hoặc sửa tệp.",
        "({first}; {second}) lies in Vietnam only with the two columns swapped (x is the northing, y the easting); "
        "look at the licence and answer (axes={choices}), or mend the file.",
    ),
    "lat_lon_swapped": Text(
        "Tọa độ ({first}; {second}) chỉ nằm ở Việt Nam nếu đổi chỗ vĩ độ và kinh độ; xem bản gốc rồi trả lời "
        "axes=swapped, hoặc sửa tệp.",
        "({first}; {second}) lies in Vietnam only with latitude and longitude swapped; look at the original and answer "
        "axes=swapped, or mend the file.",
    ),
    "zone_missing": Text(
        "Bảng không ghi kinh tuyến trục và múi chiếu; xem giấy phép rồi trả lời mã EPSG (epsg=…), có thể là: {zones}.",
        "The table does not say its central meridian; look at the licence and answer with the EPSG code (epsg=…), it "
        "may be: {zones}.",
    ),
    "zone_conflict": Text(
        "Bảng ghi hệ tọa độ EPSG {stated} nhưng đã chọn EPSG {said}; trả lời mã nào đúng (epsg={said}|{stated}).",
        "The table states EPSG {stated} but EPSG {said} was chosen; say which is right (epsg={said}|{stated}).",
    ),
    "crs_missing": Text(
        "Tệp không ghi hệ tọa độ (thiếu .prj); trả lời mã EPSG (epsg=…), có thể là: {zones}.",
        "The file names no coordinate system (no .prj); answer with the EPSG code (epsg=…), it may be: {zones}.",
    ),
    "crs_like_vn2000": Text(
        "Hệ tọa độ “{name}” có lưới của VN-2000, kinh tuyến trục {meridian}, nhưng ghi hệ quy chiếu khác, lệch gần "
        "200 m; nếu đúng là VN-2000 thì trả lời epsg={epsg}, không thì sửa tệp.",
        "The coordinate system “{name}” has the grid of VN-2000, central meridian {meridian}, but names another datum, "
        "some 200 m away; if it is VN-2000 answer epsg={epsg}, else mend the file.",
    ),
    "coordinate_ambiguous": Text(
        "Điểm “{label}”: “{value}” có thể là {one} hoặc {other}; dấu nào là dấu thập phân (decimal=comma|point).",
        "Point “{label}”: “{value}” may be {one} or {other}; say which is the decimal sign (decimal=comma|point).",
    ),
    "number_ambiguous": Text(
        "Diện tích “{value}” có thể là {one} hoặc {other}; dấu nào là dấu thập phân (decimal=comma|point).",
        "The area “{value}” may be {one} or {other}; say which is the decimal sign (decimal=comma|point).",
    ),
    "group_again": Text(
        "Khu vực “{name}” đã kết thúc ở trên rồi lại xuất hiện; nếu đây là khu vực riêng thì trả lời group=separate, "
        "không thì xếp các dòng liền nhau.",
        "The area “{name}” ended above and is there again; if this is one of its own answer group=separate, else put "
        "its lines together.",
    ),
    "label_twice": Text(
        "Điểm “{label}” có hai vị trí trong cùng khu vực; sửa số hiệu hoặc tách khu vực, đúng như vậy thì trả lời "
        "labels=keep.",
        "Point “{label}” has two places in one area; correct the label or part the area, and if it is right answer "
        "labels=keep.",
    ),
}

# What was done, or is to be known, of a row that may be taken.
_REMARKS: Mapping[str, Text] = {
    "repair_confirmed": Text(
        "Ranh giới sai ({reason_vi}) được thay bằng bản sửa đã đồng ý: từ {before} ha thành {after} ha ({change} ha), "
        "thêm {added} và bỏ {removed} điểm góc, xa nhất {moved_m} m, còn {parts} phần.",
        "The boundary was wrong ({reason_en}) and is replaced by the repair that was accepted: from {before} ha to "
        "{after} ha ({change} ha), {added} corners added and {removed} taken away, at most {moved_m} m off, {parts} "
        "parts.",
    ),
    "area_differs": Text(
        "Diện tích khai {declared} ha, tính từ tọa độ {computed} ha, lệch {percent} %; kiểm tra theo giấy phép.",
        "The declared area is {declared} ha, computed {computed} ha, {percent} % off; check the paper.",
    ),
    "areas_both": Text(
        "Diện tích phẳng {plane} ha, diện tích trên ellipsoid {geodesic} ha; dùng diện tích phẳng như giấy phép.",
        "The plane area is {plane} ha, that on the ellipsoid {geodesic} ha; the plane one is used, as licences do.",
    ),
    "area_unreadable": Text(
        "Không hiểu diện tích khai “{value}” nên không so sánh được; ghi một số theo ha.",
        "The declared area “{value}” is not understood and cannot be compared; write one number of hectares.",
    ),
    "area_unit_assumed": Text(
        "Diện tích khai “{value}” không ghi đơn vị nên coi là ha; ghi đơn vị nếu không phải.",
        "The declared area “{value}” has no unit and is taken for hectares; write the unit if it is another.",
    ),
    "axes_turned": Text(
        "Hai cột tọa độ được đổi chỗ theo trả lời.", "The two coordinates were swapped, as was answered."
    ),
    "zone_stated": Text(
        "Hệ tọa độ EPSG {epsg} lấy theo ghi chú trong bảng.",
        "The coordinate system EPSG {epsg} is the one the table states.",
    ),
    "zone_prefix": Text(
        "Số múi {prefix} viết trước tọa độ đông được tách ra.",
        "The zone number {prefix} in front of the eastings was taken off.",
    ),
    "crs_other": Text(
        "Tọa độ được chuyển sang WGS84 từ hệ “{name}”.", "The coordinates were brought to WGS84 from “{name}”."
    ),
    "numbers_by_range": Text(
        "Dấu phẩy và dấu chấm trong tọa độ được hiểu theo cách duy nhất cho ra một vị trí có thể.",
        "Commas and points of the coordinates were read in the only way that gives a possible place.",
    ),
    "encoding_guessed": Text(
        "Tệp không ghi bảng mã; chữ được đọc theo {encoding}, xem dấu tiếng Việt có đúng không.",
        "The file does not say its encoding; it was read as {encoding}, see whether the accents are right.",
    ),
    "corners_repeated": Text(
        "{count} điểm góc lặp lại liền nhau được bỏ; hình không đổi.",
        "{count} corners that repeat the one before were left out; the shape is the same.",
    ),
    "ring_closed": Text(
        "{count} đường ranh giới được khép về điểm đầu; hình không đổi.",
        "{count} rings were closed at their first corner; the shape is the same.",
    ),
    "rings_empty": Text(
        "{count} phần hoặc lỗ có chưa đến ba điểm góc bị bỏ, nên bản còn lại cần được đồng ý.",
        "{count} parts or holes with fewer than three corners were left out, so what remains has to be accepted.",
    ),
    "winding_changed": Text(
        "Chiều đi của đường ranh giới được đổi theo chuẩn GeoJSON; hình không đổi.",
        "The rings were turned to the direction GeoJSON wants; the shape is the same.",
    ),
    "height_dropped": Text(
        "{count} điểm có độ cao; độ cao không dùng cho ranh giới nên được bỏ.",
        "{count} points have a height, which a boundary does not use; it was left out.",
    ),
    "collection_flattened": Text(
        "Nhóm {count} hình được gộp thành một khu vực nhiều phần.",
        "A group of {count} shapes was made one area of several parts.",
    ),
    "outside_vietnam": Text(
        "Khu vực nằm ngoài Việt Nam; kiểm tra tọa độ và hệ tọa độ.",
        "The area lies outside Vietnam; check the coordinates and their system.",
    ),
    "properties_odd": Text(
        "Phần thuộc tính không phải các cặp tên và giá trị ({found}) nên được bỏ.",
        "The properties are no pairs of name and value ({found}) and were left out.",
    ),
    "header_repeated_line": Text(
        "Dòng {line} là tiêu đề lặp lại nên được bỏ qua.", "Line {line} is the header again and was passed over."
    ),
    "total_skipped": Text(
        "Dòng {line} (“{text}”) là dòng tổng hoặc ghi chú nên được bỏ qua.",
        "Line {line} (“{text}”) is a total or a remark and was passed over.",
    ),
}

WORDS: Mapping[str, Text] = {**_FILES, **_REFUSALS, **_QUESTIONS, **_REMARKS}

# Why a boundary is no area, as GEOS says it.
_REASONS: Mapping[str, Text] = {
    "Self-intersection": Text("ranh giới tự cắt", "the boundary crosses itself"),
    "Ring Self-intersection": Text("đường ranh giới chạm lại chính nó", "a ring touches itself"),
    "Hole lies outside shell": Text("lỗ nằm ngoài khu vực", "a hole lies outside the area"),
    "Holes are nested": Text("lỗ nằm trong lỗ", "a hole lies within a hole"),
    "Interior is disconnected": Text("lỗ cắt rời khu vực", "a hole parts the area"),
    "Nested shells": Text("phần này nằm trong phần kia", "a part lies within another"),
    "Duplicate Rings": Text("hai đường ranh giới trùng nhau", "two rings are the same"),
    "Too few points in geometry component": Text("một đường có quá ít điểm", "a ring has too few corners"),
    "Valid Geometry": Text("có phần chưa đến ba điểm góc", "a part has fewer than three corners"),
}


def reason_words(reason: str) -> dict[str, Any]:
    """ "Self-intersection[106.005 21.005]" as `reason_vi`, `reason_en`, with the place (latitude first)."""
    kind, _, place = reason.partition("[")
    lon, _, lat = place.rstrip("]").partition(" ")
    words = _REASONS.get(kind.strip(), Text(kind, kind))
    where = f" ({lat}; {lon})" if lat else ""
    return {"reason_vi": words.vi + where, "reason_en": words.en + where}
