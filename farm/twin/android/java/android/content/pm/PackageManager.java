package android.content.pm;

import android.content.Intent;
import java.util.List;

/** The packages on the phone. */
public abstract class PackageManager {
    public static final int PERMISSION_GRANTED = 0;
    public static final int PERMISSION_DENIED = -1;
    public static final int GET_PERMISSIONS = 0x1000;

    /** No package of that name. */
    public static class NameNotFoundException extends Exception {
        public NameNotFoundException(String name) {
            super(name);
        }
    }

    public abstract List<PackageInfo> getInstalledPackages(int flags);

    public abstract List<ApplicationInfo> getInstalledApplications(int flags);

    public abstract PackageInfo getPackageInfo(String packageName, int flags)
            throws NameNotFoundException;

    public abstract List<ResolveInfo> queryIntentActivities(Intent intent, int flags);

    public abstract int checkPermission(String permission, String packageName);

    public abstract CharSequence getApplicationLabel(ApplicationInfo info);
}
