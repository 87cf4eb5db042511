package android.app;

import android.Manifest.permission;
import android.content.ContentResolver;
import android.database.Cursor;
import android.database.MatrixCursor;
import android.net.Uri;
import com.android.internal.os.Binding;
import java.util.ArrayList;
import java.util.List;

/** The phone's own providers: contacts, call log, messages, pictures, calendar. */
final class ApplicationContentResolver extends ContentResolver {
    @Override
    protected Cursor answer(Uri uri, String[] projection) {
        switch (String.valueOf(uri.getAuthority())) {
            case "com.android.contacts":
                check("com.android.providers.contacts.ContactsProvider2", uri, permission.READ_CONTACTS);
                return rows(projection, new String[] {"display_name", "data1"}, Binding.pairs("contacts"));
            case "call_log":
                check("com.android.providers.contacts.CallLogProvider", uri, permission.READ_CALL_LOG);
                return rows(projection, new String[] {"name", "number"}, Binding.pairs("contacts"));
            case "sms":
                check("com.android.providers.telephony.SmsProvider", uri, permission.READ_SMS);
                return rows(projection, new String[] {"address", "body"}, Binding.pairs("messages"));
            case "media":
                check("com.android.providers.media.MediaProvider", uri, permission.READ_EXTERNAL_STORAGE);
                return rows(projection, new String[] {"_data", "date_added"}, new ArrayList<>());
            case "com.android.calendar":
                check("com.android.providers.calendar.CalendarProvider2", uri, permission.READ_CALENDAR);
                return rows(projection, new String[] {"title", "dtstart"}, new ArrayList<>());
            default:
                return null;
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

    private static Cursor rows(String[] projection, String[] columns, List<String[]> values) {
        String[] wanted = projection == null ? columns : projection;
        MatrixCursor cursor = new MatrixCursor(wanted);
        int id = 1;
        for (String[] value : values) {
            Object[] row = new Object[wanted.length];
            for (int i = 0; i < wanted.length; i++) {
                row[i] = wanted[i].equals("_id") ? Integer.valueOf(id)
                        : wanted[i].equals(columns[0]) ? value[0]
                        : wanted[i].equals(columns[1]) ? value[1] : null;
            }
            cursor.addRow(row);
            id++;
        }
        return cursor;
    }
}
