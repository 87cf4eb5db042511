package android.content;

import android.database.Cursor;
import android.net.Uri;

/** Access to content providers. */
public abstract class ContentResolver {
    /** The rows of a provider's table; null where nobody provides it. */
    public final Cursor query(Uri uri, String[] projection, String selection, String[] selectionArgs,
            String sortOrder) {
        return answer(uri, projection);
    }

    /** What a provider answers after its permission check. */
    protected abstract Cursor answer(Uri uri, String[] projection);
}
