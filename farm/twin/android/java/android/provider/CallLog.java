package android.provider;

import android.net.Uri;

/** Names of the call log's provider. */
public class CallLog {
    public static final String AUTHORITY = "call_log";

    /** Calls. */
    public static class Calls {
        public static final Uri CONTENT_URI = Uri.parse("content://call_log/calls");
        public static final String NUMBER = "number";
        public static final String CACHED_NAME = "name";
    }
}
