package dalvik.system;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;

/** Loads an app's classes from its base APK and splits. */
public class PathClassLoader extends ClassLoader {
    private static final String CODE = "assets/jvm/classes.jar";
    private static final String MANIFEST = "assets/jvm/manifest.json";
    private static final int MAX_BYTES = 64 * 1024 * 1024;
    private final Map<String, byte[]> classes = new HashMap<>();
    private String manifest = "{}";

    public PathClassLoader(List<String> apks, ClassLoader parent) throws IOException {
        super(parent);
        for (String apk : apks) {
            try (ZipFile zip = new ZipFile(apk)) {
                ZipEntry code = zip.getEntry(CODE);
                if (code != null) {
                    try (InputStream in = zip.getInputStream(code)) {
                        read(in.readNBytes(MAX_BYTES));
                    }
                }
                ZipEntry facts = zip.getEntry(MANIFEST);
                if (facts != null) {
                    try (InputStream in = zip.getInputStream(facts)) {
                        manifest = new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
                    }
                }
            }
        }
    }

    private void read(byte[] jar) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(jar))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                String name = entry.getName();
                if (name.endsWith(".class")) {
                    String type = name.substring(0, name.length() - 6).replace('/', '.');
                    classes.put(type, zip.readNBytes(MAX_BYTES));
                }
            }
        }
    }

    /** JSON of the manifest's components, as the APK was built. */
    public String manifest() {
        return manifest;
    }

    /** Also by the names of arrays, which instrumentation asks loaders for. */
    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        return name.startsWith("[")
                ? Class.forName(name.replace('/', '.'), false, this)
                : super.loadClass(name, resolve);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] code = classes.get(name);
        if (code == null) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, code, 0, code.length);
    }
}
