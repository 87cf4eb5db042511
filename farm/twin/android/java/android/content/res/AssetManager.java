package android.content.res;

import com.android.internal.os.Binding;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Raw files that an app carries in its APKs. */
public final class AssetManager {
    private static final int MAX_BYTES = 64 * 1024 * 1024;

    /** The file of that name below `assets/`; FileNotFoundException where there is none. */
    public InputStream open(String name) throws IOException {
        for (String apk : Binding.texts("apks")) {
            try (ZipFile zip = new ZipFile(apk)) {
                ZipEntry entry = zip.getEntry("assets/" + name);
                if (entry != null) {
                    try (InputStream in = zip.getInputStream(entry)) {
                        return new ByteArrayInputStream(in.readNBytes(MAX_BYTES));
                    }
                }
            }
        }
        throw new FileNotFoundException(name);
    }
}
