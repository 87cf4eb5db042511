package android.os;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Values by name. */
public final class Bundle {
    private final Map<String, Object> values = new LinkedHashMap<>();

    public void putString(String key, String value) {
        values.put(key, value);
    }

    public void putInt(String key, int value) {
        values.put(key, value);
    }

    public void putBoolean(String key, boolean value) {
        values.put(key, value);
    }

    public String getString(String key) {
        Object value = values.get(key);
        return value instanceof String ? (String) value : null;
    }

    public String getString(String key, String otherwise) {
        String value = getString(key);
        return value == null ? otherwise : value;
    }

    public int getInt(String key) {
        Object value = values.get(key);
        return value instanceof Integer ? (Integer) value : 0;
    }

    public boolean getBoolean(String key) {
        return Boolean.TRUE.equals(values.get(key));
    }

    public Object get(String key) {
        return values.get(key);
    }

    public boolean containsKey(String key) {
        return values.containsKey(key);
    }

    public Set<String> keySet() {
        return values.keySet();
    }

    public void putAll(Bundle other) {
        values.putAll(other.values);
    }
}
