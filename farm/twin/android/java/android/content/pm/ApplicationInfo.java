package android.content.pm;

/** What is known of an app. */
public class ApplicationInfo {
    public static final int FLAG_SYSTEM = 1;
    public String packageName;
    public String processName;
    public String dataDir;
    public String sourceDir;
    public int targetSdkVersion;
    public int uid;
    public int flags;
    public CharSequence label;

    public CharSequence loadLabel(PackageManager packages) {
        return label == null ? packageName : label;
    }
}
