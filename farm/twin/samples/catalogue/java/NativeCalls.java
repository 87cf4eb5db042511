package com.example.catalogue;

import android.app.Activity;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;

/** The Java side of the app's native library, which calls functions by their names. */
final class NativeCalls {
    private NativeCalls() {}

    /** Call a function with words for its arguments; native/calls.c says what it answers. */
    static native String call(String function, String... words);

    /** Unpack the libraries that came with the app, and load them in order. */
    static void load(Activity activity, String... names) {
        File folder = new File(activity.getFilesDir(), "lib");
        folder.mkdirs();
        for (String name : names) {
            File library = new File(folder, name);
            try (InputStream in = activity.getAssets().open(name)) {
                Files.copy(in, library.toPath(), StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw new IllegalStateException(name + " cannot be unpacked", e);
            }
            System.load(library.getAbsolutePath());
        }
    }
}
