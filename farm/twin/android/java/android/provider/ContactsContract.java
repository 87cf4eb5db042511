package android.provider;

import android.net.Uri;

/** Names of the contacts provider. */
public final class ContactsContract {
    public static final String AUTHORITY = "com.android.contacts";

    /** People. */
    public static class Contacts {
        public static final Uri CONTENT_URI = Uri.parse("content://com.android.contacts/contacts");
        public static final String DISPLAY_NAME = "display_name";
    }

    /** Kinds of data. */
    public static final class CommonDataKinds {
        /** Phone numbers. */
        public static final class Phone {
            public static final Uri CONTENT_URI =
                    Uri.parse("content://com.android.contacts/data/phones");
            public static final String DISPLAY_NAME = "display_name";
            public static final String NUMBER = "data1";
        }
    }
}
