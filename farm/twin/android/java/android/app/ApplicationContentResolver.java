package android.app;

import android.Manifest.permission;
import android.content.ContentResolver;
import android.database.Cursor;
import android.database.MatrixCursor;
import android.net.Uri;
import com.android.internal.os.Binding;
import com.android.internal.os.Link;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;

/** The phone's own providers: contacts, call log, messages, media, calendar. */
final class ApplicationContentResolver extends ContentResolver {
    private static final int MEDIA_APART = 33; // apps that target it ask for each kind of media

    @Override
    protected Cursor answer(Uri uri, String[] projection, String selection, String[] selectionArgs,
            String sortOrder) {
        if (!check(uri)) {
            return null;
        }
        Map<?, ?> answer = (Map<?, ?>) Link.call("content", "query", uri.toString(), projection,
                selection, selectionArgs, sortOrder);
        List<?> columns = (List<?>) answer.get("columns");
        MatrixCursor cursor = new MatrixCursor(columns.toArray(new String[0]));
        for (Object row : (List<?>) answer.get("rows")) {
            cursor.addRow(((List<?>) row).toArray());
        }
        return cursor;
    }

    @Override
    protected InputStream open(Uri uri) throws FileNotFoundException {
        if (!check(uri)) {
            throw new FileNotFoundException("No content provider: " + uri);
        }
        Object path;
        try {
            path = Link.call("content", "file", uri.toString());
        } catch (RuntimeException e) {
            throw new FileNotFoundException(e.getMessage());
        }
        return new FileInputStream(String.valueOf(path));
    }

    /** Whether somebody provides it; throws where this app may not read it. */
    private static boolean check(Uri uri) {
        switch (String.valueOf(uri.getAuthority())) {
            case "com.android.contacts":
                check("com.android.providers.contacts.ContactsProvider2", uri, permission.READ_CONTACTS);
                return true;
            case "call_log":
                check("com.android.providers.contacts.CallLogProvider", uri, permission.READ_CALL_LOG);
                return true;
            case "sms":
                check("com.android.providers.telephony.SmsProvider", uri, permission.READ_SMS);
                return true;
            case "media":
                boolean apart = Binding.sdk() >= MEDIA_APART && Binding.targetSdk() >= MEDIA_APART;
                check("com.android.providers.media.MediaProvider", uri,
                        apart ? permission.READ_MEDIA_IMAGES : permission.READ_EXTERNAL_STORAGE);
                return true;
            case "com.android.calendar":
                check("com.android.providers.calendar.CalendarProvider2", uri, permission.READ_CALENDAR);
                return true;
            default:
                return false;
        }
    }

    private static void check(String provider, Uri uri, String permission) {
        if (!Binding.isGranted(permission)) {
            throw new SecurityException("Permission Denial: opening provider " + provider
                    + " from ProcessRecord{" + Binding.process() + "} (pid="
                    + android.os.Process.myPid() + ", uid=" + Binding.uid() + ") requires "
                    + permission + " or " + permission.replace("READ_", "WRITE_"));
        }
    }
}
