package android.provider;

import android.net.Uri;

/** Names of the media provider. */
public final class MediaStore {
    /** Pictures. */
    public static final class Images {
        /** The table of pictures. */
        public static final class Media {
            public static final Uri EXTERNAL_CONTENT_URI =
                    Uri.parse("content://media/external/images/media");
        }
    }
}
