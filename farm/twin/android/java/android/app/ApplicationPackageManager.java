package android.app;

import android.content.Intent;
import android.content.pm.ActivityInfo;
import android.content.pm.ApplicationInfo;
import android.content.pm.PackageInfo;
import android.content.pm.PackageManager;
import android.content.pm.ResolveInfo;
import com.android.internal.os.Binding;
import com.android.internal.os.Link;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Packages as the package service answers. */
public class ApplicationPackageManager extends PackageManager {
    @Override
    public List<PackageInfo> getInstalledPackages(int flags) {
        return installed();
    }

    @Override
    public List<ApplicationInfo> getInstalledApplications(int flags) {
        List<ApplicationInfo> found = new ArrayList<>();
        for (PackageInfo info : installed()) {
            found.add(info.applicationInfo);
        }
        return found;
    }

    @Override
    public PackageInfo getPackageInfo(String packageName, int flags) throws NameNotFoundException {
        try {
            return info((Map<?, ?>) Link.call("package", "info", packageName));
        } catch (Link.MissingPackage e) {
            throw new NameNotFoundException(packageName);
        }
    }

    @Override
    public List<ResolveInfo> queryIntentActivities(Intent intent, int flags) {
        List<ResolveInfo> found = new ArrayList<>();
        for (PackageInfo info : installed()) {
            ResolveInfo resolved = new ResolveInfo();
            resolved.activityInfo = new ActivityInfo();
            resolved.activityInfo.packageName = info.packageName;
            found.add(resolved);
        }
        return found;
    }

    @Override
    public int checkPermission(String permission, String packageName) {
        return packageName.equals(Binding.packageName()) && Binding.isGranted(permission)
                ? PERMISSION_GRANTED
                : PERMISSION_DENIED;
    }

    @Override
    public CharSequence getApplicationLabel(ApplicationInfo info) {
        return info.loadLabel(this);
    }

    private static List<PackageInfo> installed() {
        List<PackageInfo> found = new ArrayList<>();
        for (Object item : (List<?>) Link.call("package", "installed")) {
            found.add(info((Map<?, ?>) item));
        }
        return found;
    }

    private static PackageInfo info(Map<?, ?> facts) {
        PackageInfo info = new PackageInfo();
        info.packageName = String.valueOf(facts.get("package"));
        info.versionName = String.valueOf(facts.get("version_name"));
        info.versionCode = (int) number(facts, "version_code");
        info.firstInstallTime = number(facts, "first_install_time");
        info.lastUpdateTime = number(facts, "last_update_time");
        info.applicationInfo = new ApplicationInfo();
        info.applicationInfo.packageName = info.packageName;
        info.applicationInfo.processName = info.packageName;
        info.applicationInfo.label = String.valueOf(facts.get("label"));
        info.applicationInfo.uid = (int) number(facts, "uid");
        info.applicationInfo.targetSdkVersion = (int) number(facts, "target_sdk");
        return info;
    }

    private static long number(Map<?, ?> facts, String key) {
        return facts.get(key) instanceof Number ? ((Number) facts.get(key)).longValue() : 0;
    }
}
