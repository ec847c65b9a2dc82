"""QR codes in pictures, read by ZXing (`com.google.zxing:core`)."""

from importlib import import_module
from pathlib import Path
from typing import Any

from shared.problems import Problem

SIDES = (1024, 2048)  # px at most of the longer side: small first, for a photo of a screen has less of a pattern there
_PIXEL_BYTES, _GREEN = 4, 1  # Android writes red, green, blue, opacity
_NONE = frozenset(
    {
        "com.google.zxing.NotFoundException",
        "com.google.zxing.ChecksumException",
        "com.google.zxing.FormatException",
    }
)
_SOURCE, _BINARIZER = "com.google.zxing.LuminanceSource", "com.google.zxing.Binarizer"


class AndroidScanner:
    """A `Scanner`. Made on the thread of the screen: Java finds ZXing, as all the app's own classes, from no other.
    Used from any.

    The picture is decoded small from the beginning, 2048 x 2048 px and some 50 MiB at most. Its green goes to ZXing as
    brightness, in bytes: `RGBLuminanceSource` takes numbers, for which Python needs forty times as much."""

    def __init__(self) -> None:
        self._java: Any = import_module("jnius")
        autoclass = self._java.autoclass
        self._bitmaps = autoclass("android.graphics.BitmapFactory")
        self._options = autoclass("android.graphics.BitmapFactory$Options")
        self._buffers = autoclass("java.nio.ByteBuffer")
        self._sources = autoclass("com.google.zxing.PlanarYUVLuminanceSource")
        self._binarizers = autoclass("com.google.zxing.common.HybridBinarizer")
        self._pictures = autoclass("com.google.zxing.BinaryBitmap")
        self._readers = autoclass("com.google.zxing.qrcode.QRCodeReader")
        self._hints = autoclass("java.util.HashMap")
        self._harder = autoclass("com.google.zxing.DecodeHintType").TRY_HARDER
        for name in (_SOURCE, _BINARIZER, "com.google.zxing.Result"):
            autoclass(name)  # what is cast to or comes back: known from here on

    def read(self, picture: Path) -> str:
        longer = self._longer_side(picture)
        samples = {_sample(longer, side): None for side in SIDES}
        for sample in samples:
            text = self._decode(*self._grey(picture, sample))
            if text is not None:
                return text
        raise Problem("qr_not_found")

    def _longer_side(self, picture: Path) -> int:
        """px. Problem `photo_unreadable`."""
        options = self._options()
        options.inJustDecodeBounds = True
        self._bitmaps.decodeFile(str(picture), options)
        if options.outWidth <= 0 or options.outHeight <= 0:
            raise Problem("photo_unreadable", name=picture.name)
        return int(max(options.outWidth, options.outHeight))

    def _grey(self, picture: Path, sample: int) -> tuple[bytes, int, int, int]:
        """Brightness, a byte a pixel, rows from above; pixels in a row of it, width and height of the picture."""
        options = self._options()
        options.inSampleSize = sample
        bitmap = self._bitmaps.decodeFile(str(picture), options)
        if bitmap is None:
            raise Problem("photo_unreadable", name=picture.name)
        try:
            buffer = self._buffers.allocate(bitmap.getByteCount())
            bitmap.copyPixelsToBuffer(self._java.cast("java.nio.Buffer", buffer))
            row = bitmap.getRowBytes() // _PIXEL_BYTES
            return buffer.array().tostring()[_GREEN::_PIXEL_BYTES], row, bitmap.getWidth(), bitmap.getHeight()
        finally:
            bitmap.recycle()

    def _decode(self, grey: bytes, row: int, width: int, height: int) -> str | None:
        hints = self._hints()
        hints.put(self._harder, "")  # that it is there is what counts
        cast = self._java.cast
        source = cast(_SOURCE, self._sources(grey, row, height, 0, 0, width, height, False))
        picture = self._pictures(cast(_BINARIZER, self._binarizers(source)))
        try:
            return str(self._readers().decode(picture, hints).getText())
        except self._java.JavaException as error:
            if error.classname not in _NONE:
                raise
            return None


def _sample(longer: int, side: int) -> int:
    """The power of two by which a side of so many px comes to `side` or less; Android knows no others."""
    sample = 1
    while longer / sample > side:
        sample *= 2
    return sample
