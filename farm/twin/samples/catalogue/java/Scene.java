package com.example.catalogue;

import android.app.Activity;
import android.hardware.camera2.CameraDevice;
import android.util.Log;
import com.android.internal.os.StandIn;
import java.io.File;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What one call was given and gave, in the words that a record of the call should use. */
final class Scene {
    private static final String ANY = "*"; // described by its class, which is not compared

    private static final Object NOTHING = new Object(); // a constructor or void method gave it

    Object self;
    Object[] arguments;
    Object result;
    private final Activity activity;

    Scene(Activity activity) {
        this.activity = activity;
    }

    /** A call, or what it should hand over. */
    interface Work<T> {
        T run() throws Throwable;
    }

    Activity activity() {
        return activity;
    }

    void given(Object... given) {
        arguments = given;
    }

    void on(Object object) {
        self = object;
    }

    <T> T result(T given) {
        result = given;
        return given;
    }

    /** A constructor or a class that cannot be named gives nothing that a record would tell. */
    Object object(Object made) {
        self = made;
        return made;
    }

    /** The manager that the system gives for a class; else a thing of it that was never set up. */
    <T> T the(Class<T> type) {
        if (type.isInstance(activity)) {
            return type.cast(activity);
        }
        if (type.isInstance(activity.getContentResolver())) {
            return type.cast(activity.getContentResolver());
        }
        if (type.isInstance(activity.getPackageManager())) {
            return type.cast(activity.getPackageManager());
        }
        if (type.isInstance(activity.getBaseContext())) {
            return type.cast(activity.getBaseContext());
        }
        T service = activity.getSystemService(type);
        return service != null ? service : StandIn.make(type);
    }

    <T> T saying(Class<T> type, String member, String text) {
        StandIn.answer(type.getName() + "." + member, text);
        return StandIn.make(type);
    }

    CameraDevice.StateCallback callback() {
        return new CameraDevice.StateCallback() {
            @Override
            public void onOpened(CameraDevice camera) {}

            @Override
            public void onError(CameraDevice camera, int error) {}
        };
    }

    /** Make one call and log what should stand in the record of it. */
    void step(String api, String name, boolean matches, Work<?> call, Work<List<String>> values) {
        self = null;
        arguments = new Object[0];
        result = NOTHING;
        String error = "";
        try {
            call.run();
        } catch (Throwable e) {
            error = e.getClass().getName();
        }
        List<String> expected = Collections.emptyList();
        if (error.isEmpty()) {
            try {
                expected = values.run();
            } catch (Throwable e) {
                error = "expectation: " + e;
            }
        }
        List<String> told = new ArrayList<>();
        for (Object argument : arguments) {
            told.add(described(argument));
        }
        Log.i("Catalogue", String.join("\u001f", "call", api, name, String.valueOf(matches), error,
                described(result), String.join("\u001e", told), String.join("\u001e", expected)));
    }

    /** One value, its parts joined as a record joins them; none where nothing is there. */
    List<String> value(String style, String strip, Work<?>... parts) throws Throwable {
        List<String> known = new ArrayList<>();
        for (Work<?> part : parts) {
            Object value;
            try {
                value = part.run();
            } catch (NullPointerException e) {
                value = null; // a step on the way gave nothing
            }
            String text = value == null ? null : styled(value, style);
            if (text != null && !text.isEmpty()) {
                known.add(text.startsWith(strip) ? text.substring(strip.length()) : text);
            }
        }
        return known.isEmpty() ? Collections.emptyList() : List.of(String.join(",", known));
    }

    private static String styled(Object value, String style) {
        if (value instanceof byte[] && !style.equals("text")) {
            StringBuilder hex = new StringBuilder();
            for (byte one : (byte[]) value) {
                hex.append(hex.length() > 0 && style.equals("mac") ? ":" : "");
                hex.append(String.format("%02x", one));
            }
            return hex.toString();
        }
        if (style.equals("ipv4") && value instanceof Integer) {
            int number = (Integer) value; // as Android's Formatter.formatIpAddress reads it
            return number == 0 ? null : (number & 255) + "." + (number >> 8 & 255) + "."
                    + (number >> 16 & 255) + "." + (number >> 24 & 255);
        }
        String text = described(value);
        return text.equals(ANY) ? null : text;
    }

    static String described(Object value) {
        if (value == null || value instanceof CharSequence || value instanceof Number
                || value instanceof Boolean || value instanceof android.net.Uri
                || value instanceof File || value instanceof java.util.UUID) {
            return String.valueOf(value);
        }
        if (value instanceof String[]) {
            return "[" + String.join(", ", (String[]) value) + "]";
        }
        return ANY;
    }
}
