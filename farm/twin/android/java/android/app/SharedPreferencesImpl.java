package android.app;

import android.content.SharedPreferences;
import com.android.internal.os.Json;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;

/** Preferences kept in a file of the app's data folder. */
final class SharedPreferencesImpl implements SharedPreferences {
    private final Path file;
    private final Map<String, Object> values = new HashMap<>();

    SharedPreferencesImpl(File file) {
        this.file = file.toPath();
        try {
            Object stored = Json.parse(new String(Files.readAllBytes(this.file), StandardCharsets.UTF_8));
            ((Map<?, ?>) stored).forEach((key, value) -> values.put(String.valueOf(key), value));
        } catch (IOException | RuntimeException e) {
            // Not there yet, or cut off by a death in mid-write: as empty as after installation.
        }
    }

    private synchronized Object value(String key) {
        return values.get(key);
    }

    @Override
    public String getString(String key, String defValue) {
        Object value = value(key);
        return value instanceof String ? (String) value : defValue;
    }

    @Override
    public boolean getBoolean(String key, boolean defValue) {
        Object value = value(key);
        return value instanceof Boolean ? (Boolean) value : defValue;
    }

    @Override
    public int getInt(String key, int defValue) {
        Object value = value(key);
        return value instanceof Number ? ((Number) value).intValue() : defValue;
    }

    @Override
    public long getLong(String key, long defValue) {
        Object value = value(key);
        return value instanceof Number ? ((Number) value).longValue() : defValue;
    }

    @Override
    public boolean contains(String key) {
        return value(key) != null;
    }

    @Override
    public synchronized Map<String, ?> getAll() {
        return new HashMap<>(values);
    }

    @Override
    public Editor edit() {
        return new Edit();
    }

    private synchronized boolean change(boolean clear, Map<String, Object> changes) {
        if (clear) {
            values.clear();
        }
        changes.forEach((key, value) -> {
            if (value == null) {
                values.remove(key);
            } else {
                values.put(key, value);
            }
        });
        try {
            Path unfinished = file.resolveSibling(file.getFileName() + ".new");
            Files.write(unfinished, Json.write(values).getBytes(StandardCharsets.UTF_8));
            Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private final class Edit implements Editor {
        private final Map<String, Object> changes = new HashMap<>();
        private boolean clear;

        private Editor put(String key, Object value) {
            changes.put(key, value);
            return this;
        }

        @Override
        public Editor putString(String key, String value) {
            return put(key, value);
        }

        @Override
        public Editor putBoolean(String key, boolean value) {
            return put(key, value);
        }

        @Override
        public Editor putInt(String key, int value) {
            return put(key, value);
        }

        @Override
        public Editor putLong(String key, long value) {
            return put(key, value);
        }

        @Override
        public Editor remove(String key) {
            return put(key, null);
        }

        @Override
        public Editor clear() {
            clear = true;
            return this;
        }

        @Override
        public boolean commit() {
            return change(clear, changes);
        }

        @Override
        public void apply() {
            commit();
        }
    }
}
