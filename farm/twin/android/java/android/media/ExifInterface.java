package android.media;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The EXIF tags of a JPEG (CIPA DC-008), as far as place, time and identifier go. */
public class ExifInterface {
    public static final String TAG_DATETIME = "DateTime";
    public static final String TAG_DATETIME_ORIGINAL = "DateTimeOriginal";
    public static final String TAG_GPS_LATITUDE = "GPSLatitude";
    public static final String TAG_GPS_LATITUDE_REF = "GPSLatitudeRef";
    public static final String TAG_GPS_LONGITUDE = "GPSLongitude";
    public static final String TAG_GPS_LONGITUDE_REF = "GPSLongitudeRef";
    public static final String TAG_IMAGE_UNIQUE_ID = "ImageUniqueID";

    private static final int MOST_BYTES = 32 << 20;
    private static final int MOST_ENTRIES = 200;
    private static final int APP1 = 0xe1;
    private static final int START_OF_SCAN = 0xda;
    private static final int EXIF_IFD = 0x8769;
    private static final int GPS_IFD = 0x8825;
    private static final int ASCII = 2;
    private static final int RATIONAL = 5;
    private static final Map<Integer, String> MAIN = Map.of(0x132, TAG_DATETIME);
    private static final Map<Integer, String> EXIF =
            Map.of(0x9003, TAG_DATETIME_ORIGINAL, 0xa420, TAG_IMAGE_UNIQUE_ID);
    private static final Map<Integer, String> GPS = Map.of(
            1, TAG_GPS_LATITUDE_REF, 2, TAG_GPS_LATITUDE,
            3, TAG_GPS_LONGITUDE_REF, 4, TAG_GPS_LONGITUDE);

    private final Map<String, String> attributes = new HashMap<>();

    public ExifInterface(InputStream stream) throws IOException {
        ByteBuffer tiff = exif(stream.readNBytes(MOST_BYTES));
        if (tiff != null) {
            try {
                directory(tiff, tiff.getInt(4), MAIN);
            } catch (IndexOutOfBoundsException e) {
                attributes.clear(); // a damaged block is no block
            }
        }
    }

    /** A tag as text; fractions as "30/1,15/1,123456/10000". */
    public String getAttribute(String tag) {
        return attributes.get(tag);
    }

    /** Degrees, north and east positive; whether the picture tells them. */
    public boolean getLatLong(float[] output) {
        Double latitude = degrees(TAG_GPS_LATITUDE, TAG_GPS_LATITUDE_REF);
        Double longitude = degrees(TAG_GPS_LONGITUDE, TAG_GPS_LONGITUDE_REF);
        if (latitude == null || longitude == null) {
            return false;
        }
        output[0] = latitude.floatValue();
        output[1] = longitude.floatValue();
        return true;
    }

    private Double degrees(String tag, String reference) {
        String[] parts = attributes.getOrDefault(tag, "").split(",");
        if (parts.length != 3) {
            return null;
        }
        double degrees = 0;
        double unit = 1;
        for (String part : parts) {
            String[] fraction = part.split("/");
            degrees += Double.parseDouble(fraction[0]) / Double.parseDouble(fraction[1]) / unit;
            unit *= 60;
        }
        String side = attributes.getOrDefault(reference, "");
        return side.equals("S") || side.equals("W") ? -degrees : degrees;
    }

    /** The TIFF structure within the APP1 segment; null where there is none. */
    private static ByteBuffer exif(byte[] data) {
        int at = 2;
        while (at + 18 < data.length && (data[at] & 255) == 0xff
                && (data[at + 1] & 255) != START_OF_SCAN) {
            int length = (data[at + 2] & 255) << 8 | data[at + 3] & 255;
            String name = new String(data, at + 4, 6, StandardCharsets.ISO_8859_1);
            boolean whole = length > 16 && at + 2 + length <= data.length;
            if ((data[at + 1] & 255) == APP1 && name.equals("Exif\0\0") && whole) {
                ByteBuffer tiff = ByteBuffer.wrap(data, at + 10, length - 8).slice();
                tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
                return tiff;
            }
            at += 2 + length;
        }
        return null;
    }

    private void directory(ByteBuffer tiff, int start, Map<Integer, String> names) {
        int count = Math.min(tiff.getShort(start) & 0xffff, MOST_ENTRIES);
        for (int entry = start + 2; entry < start + 2 + count * 12; entry += 12) {
            int tag = tiff.getShort(entry) & 0xffff;
            int type = tiff.getShort(entry + 2);
            int values = tiff.getInt(entry + 4);
            if (names == MAIN && (tag == EXIF_IFD || tag == GPS_IFD)) {
                directory(tiff, tiff.getInt(entry + 8), tag == GPS_IFD ? GPS : EXIF);
            } else if (names.containsKey(tag) && type == ASCII) {
                int at = values > 4 ? tiff.getInt(entry + 8) : entry + 8;
                attributes.put(names.get(tag), text(tiff, at, values));
            } else if (names.containsKey(tag) && type == RATIONAL) {
                attributes.put(names.get(tag), fractions(tiff, tiff.getInt(entry + 8), values));
            }
        }
    }

    private static String text(ByteBuffer tiff, int at, int length) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < length && tiff.get(at + i) != 0; i++) {
            out.append((char) (tiff.get(at + i) & 127));
        }
        return out.toString();
    }

    private static String fractions(ByteBuffer tiff, int at, int count) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < Math.min(count, 3); i++) {
            out.append(i == 0 ? "" : ",").append(tiff.getInt(at + i * 8) & 0xffffffffL)
                    .append('/').append(tiff.getInt(at + i * 8 + 4) & 0xffffffffL);
        }
        return out.toString();
    }
}
