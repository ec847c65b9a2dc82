"""QR codes in picture files, for a desktop."""

from pathlib import Path

from shared.problems import Problem

SIDE = 2048  # px: a JPEG is decoded no larger than it takes to have this much
MOST_PIXELS = 120_000_000  # beyond this a picture is a bomb, not a photo


class FileScanner:
    """A `Scanner`. Its library is imported when the first picture comes."""

    def read(self, picture: Path) -> str:
        import zxingcpp
        from PIL import Image

        try:
            with Image.open(picture) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise Problem("photo_unreadable", name=picture.name)
                image.draft("L", (SIDE, SIDE))
                grey = image.convert("L")
                grey.thumbnail((SIDE, SIDE))
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise Problem("photo_unreadable", name=picture.name) from error
        qr = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
        found = zxingcpp.read_barcodes(grey, formats=qr, text_mode=zxingcpp.TextMode.Plain)
        if not found:
            raise Problem("qr_not_found")
        return found[0].text
