package android.content;

import android.database.Cursor;
import android.net.Uri;
import java.io.FileNotFoundException;
import java.io.InputStream;

/** Access to content providers. */
public abstract class ContentResolver {
    /** The rows of a provider's table; null where nobody provides it. */
    public final Cursor query(Uri uri, String[] projection, String selection, String[] selectionArgs,
            String sortOrder) {
        return answer(uri, projection, selection, selectionArgs, sortOrder);
    }

    /** The bytes behind a row. */
    public final InputStream openInputStream(Uri uri) throws FileNotFoundException {
        return open(uri);
    }

    /** What a provider answers after its permission check. */
    protected abstract Cursor answer(Uri uri, String[] projection, String selection,
            String[] selectionArgs, String sortOrder);

    /** The file that a provider opens after its permission check. */
    protected abstract InputStream open(Uri uri) throws FileNotFoundException;
}
