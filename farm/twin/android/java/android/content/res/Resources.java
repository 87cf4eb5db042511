package android.content.res;

import android.util.DisplayMetrics;
import com.android.internal.os.Binding;
import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.Map;

/** An app's resources: names of ids, its label, the screen. */
public class Resources {
    private static final Map<Integer, String> NAMES = new HashMap<>();
    private static int label;
    private final ClassLoader loader;
    private final String codePackage;

    /** No such resource. */
    public static class NotFoundException extends RuntimeException {
        public NotFoundException(String name) {
            super(name);
        }
    }

    /** The resources that class R of a package names. */
    public Resources(ClassLoader loader, String codePackage) {
        this.loader = loader;
        this.codePackage = codePackage;
        read("id");
        read("string");
    }

    private void read(String kind) {
        try {
            Class<?> names = loader.loadClass(codePackage + ".R$" + kind);
            for (Field field : names.getFields()) {
                int id = field.getInt(null);
                NAMES.put(id, field.getName());
                if (kind.equals("string") && field.getName().equals("app_name")) {
                    label = id;
                }
            }
        } catch (ReflectiveOperationException e) {
            // An app without such resources.
        }
    }

    public String getResourceEntryName(int id) {
        String name = NAMES.get(id);
        if (name == null) {
            throw new NotFoundException("Unable to find resource ID #0x" + Integer.toHexString(id));
        }
        return name;
    }

    /** The name of an id; empty where it has none. */
    public static String nameOf(int id) {
        return NAMES.getOrDefault(id, "");
    }

    public String getString(int id) {
        if (id == label) {
            return Binding.text("label");
        }
        throw new NotFoundException("String resource ID #0x" + Integer.toHexString(id));
    }

    public DisplayMetrics getDisplayMetrics() {
        DisplayMetrics metrics = new DisplayMetrics();
        metrics.widthPixels = Binding.screen()[0];
        metrics.heightPixels = Binding.screen()[1];
        metrics.densityDpi = Binding.density();
        metrics.density = Binding.density() / 160f;
        return metrics;
    }

    public Configuration getConfiguration() {
        DisplayMetrics metrics = getDisplayMetrics();
        Configuration configuration = new Configuration();
        configuration.screenWidthDp = (int) (metrics.widthPixels / metrics.density);
        configuration.screenHeightDp = (int) (metrics.heightPixels / metrics.density);
        return configuration;
    }

    public static Resources getSystem() {
        return new Resources(Resources.class.getClassLoader(), "android");
    }
}
