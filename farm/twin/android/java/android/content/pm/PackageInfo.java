package android.content.pm;

/** What is known of a package. */
public class PackageInfo {
    public String packageName;
    public String versionName;
    public int versionCode;
    public long firstInstallTime;
    public long lastUpdateTime;
    public String[] requestedPermissions;
    public ApplicationInfo applicationInfo;

    public long getLongVersionCode() {
        return versionCode;
    }
}
