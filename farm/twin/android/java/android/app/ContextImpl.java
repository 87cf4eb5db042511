package android.app;

import android.content.ActivityNotFoundException;
import android.content.BroadcastReceiver;
import android.content.ComponentName;
import android.content.ContentResolver;
import android.content.Context;
import android.content.Intent;
import android.content.IntentFilter;
import android.content.SharedPreferences;
import android.content.SystemServices;
import android.content.pm.ApplicationInfo;
import android.content.pm.ManifestFacts;
import android.content.pm.PackageManager;
import android.content.res.AssetManager;
import android.content.res.Resources;
import android.os.Looper;
import com.android.internal.os.Binding;
import com.android.internal.os.Link;
import java.io.File;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The base of every context of a process. */
public class ContextImpl extends Context {
    /** What the phone's own settings answer. */
    private static final Set<String> SYSTEM_ACTIONS =
            Set.of("android.settings.REQUEST_IGNORE_BATTERY_OPTIMIZATIONS");
    private final Application application;
    private final ClassLoader loader;
    private final ManifestFacts manifest;
    private final PackageManager packages = new ApplicationPackageManager();
    private final ContentResolver resolver = new ApplicationContentResolver();
    private final Resources resources;
    private final AssetManager assets = new AssetManager();
    private final Map<String, SharedPreferences> preferences = new HashMap<>();
    private final Map<String, Service> services = new HashMap<>();

    ContextImpl(Application application, ClassLoader loader, ManifestFacts manifest) {
        this.application = application;
        this.loader = loader;
        this.manifest = manifest;
        this.resources = new Resources(loader, manifest.codePackage);
    }

    ManifestFacts manifest() {
        return manifest;
    }

    @Override
    public Context getApplicationContext() {
        return application;
    }

    @Override
    public String getPackageName() {
        return Binding.packageName();
    }

    @Override
    public PackageManager getPackageManager() {
        return packages;
    }

    @Override
    public ContentResolver getContentResolver() {
        return resolver;
    }

    @Override
    public Resources getResources() {
        return resources;
    }

    @Override
    public AssetManager getAssets() {
        return assets;
    }

    @Override
    public ClassLoader getClassLoader() {
        return loader;
    }

    @Override
    public ApplicationInfo getApplicationInfo() {
        ApplicationInfo info = new ApplicationInfo();
        info.packageName = getPackageName();
        info.processName = Binding.process();
        info.targetSdkVersion = Binding.targetSdk();
        info.uid = Binding.uid();
        info.dataDir = Binding.text("data_dir");
        return info;
    }

    @Override
    public Object getSystemService(String name) {
        return SystemServices.get(name);
    }

    @Override
    public synchronized SharedPreferences getSharedPreferences(String name, int mode) {
        return preferences.computeIfAbsent(
                name, key -> new SharedPreferencesImpl(new File(folder("shared_prefs"), key + ".json")));
    }

    @Override
    public File getFilesDir() {
        return folder("files");
    }

    @Override
    public File getCacheDir() {
        return folder("cache");
    }

    private static File folder(String name) {
        File folder = new File(Binding.text("data_dir"), name);
        folder.mkdirs();
        return folder;
    }

    @Override
    public int checkSelfPermission(String permission) {
        return Binding.isGranted(permission)
                ? PackageManager.PERMISSION_GRANTED
                : PackageManager.PERMISSION_DENIED;
    }

    @Override
    public void startActivity(Intent intent) {
        ComponentName component = intent.getComponent();
        if (component == null && SYSTEM_ACTIONS.contains(String.valueOf(intent.getAction()))) {
            Link.send("op", "system_activity", "action", intent.getAction());
            return;
        }
        if (component == null) {
            throw new ActivityNotFoundException(
                    "No Activity found to handle Intent { act=" + intent.getAction() + " }");
        }
        Map<String, String> extras = new HashMap<>();
        if (intent.getExtras() != null) {
            for (String key : intent.getExtras().keySet()) {
                extras.put(key, String.valueOf(intent.getExtras().get(key)));
            }
        }
        Link.send("op", "start_activity", "package", component.getPackageName(),
                "activity", component.getClassName(), "extras", extras);
    }

    @Override
    public synchronized ComponentName startService(Intent intent) {
        ComponentName component = intent.getComponent();
        if (component == null) {
            throw new IllegalArgumentException("Service Intent must be explicit: " + intent.getAction());
        }
        String name = component.getClassName();
        String process = manifest.processOf(name);
        if (!process.isEmpty() && !process.equals(Binding.process())) {
            Link.send("op", "start_service", "service", name, "process", process);
            return component;
        }
        Service service = services.get(name);
        if (service == null) {
            try {
                service = new AppComponentFactory().instantiateService(loader, name, intent);
            } catch (ReflectiveOperationException e) {
                return null;
            }
            services.put(name, service);
            service.attachBaseContext(application);
            service.onCreate();
        }
        service.onStartCommand(intent, 0, 1);
        return component;
    }

    /** Nothing broadcasts to apps here. */
    @Override
    public Intent registerReceiver(BroadcastReceiver receiver, IntentFilter filter) {
        return null;
    }

    @Override
    public void unregisterReceiver(BroadcastReceiver receiver) {}

    @Override
    public Looper getMainLooper() {
        return Looper.getMainLooper();
    }
}
