package android.net;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** A URI. */
public abstract class Uri {
    public static Uri parse(String text) {
        return new StringUri(text);
    }

    public static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    public static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    public abstract String getScheme();

    public abstract String getAuthority();

    public abstract String getPath();

    @Override
    public abstract String toString();

    private static final class StringUri extends Uri {
        private final String text;

        StringUri(String text) {
            if (text == null) {
                throw new NullPointerException("uriString");
            }
            this.text = text;
        }

        @Override
        public String getScheme() {
            int end = text.indexOf(':');
            return end < 0 ? null : text.substring(0, end);
        }

        @Override
        public String getAuthority() {
            int start = text.indexOf("://");
            if (start < 0) {
                return null;
            }
            int end = text.indexOf('/', start + 3);
            return text.substring(start + 3, end < 0 ? text.length() : end);
        }

        @Override
        public String getPath() {
            int start = text.indexOf("://");
            int slash = text.indexOf('/', start < 0 ? 0 : start + 3);
            return slash < 0 ? "" : text.substring(slash);
        }

        @Override
        public String toString() {
            return text;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Uri && other.toString().equals(text);
        }

        @Override
        public int hashCode() {
            return text.hashCode();
        }
    }
}
