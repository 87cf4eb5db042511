package android.provider;

import android.net.Uri;

/** Names of the messages' provider. */
public final class Telephony {
    /** Text messages. */
    public static final class Sms {
        public static final Uri CONTENT_URI = Uri.parse("content://sms");
        public static final String ADDRESS = "address";
        public static final String BODY = "body";

        /** Received ones. */
        public static final class Inbox {
            public static final Uri CONTENT_URI = Uri.parse("content://sms/inbox");
        }
    }
}
