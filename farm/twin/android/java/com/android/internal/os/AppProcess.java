package com.android.internal.os;

import android.os.Handler;
import android.os.Looper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * What a process of an app runs: it attaches to the system and waits to be bound to an app.
 *
 * <p>It never ends by itself: it tells the system that it wants to, stands still and is killed.
 */
public final class AppProcess {
    private static final int TRACE_CHARACTERS = 16_000;

    private AppProcess() {}

    public static void main(String[] args) throws IOException {
        Link link = Link.open(Integer.getInteger("twin.port"));
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> crash(error));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> exit(0), "exit"));
        Looper.prepareMainLooper();
        Handler main = new Handler(Looper.getMainLooper());
        AppThread app = new AppThread();
        Link.send("op", "attach", "token", System.getProperty("twin.token"),
                "pid", ProcessHandle.current().pid());
        System.clearProperty("twin.token");
        Thread reader = new Thread(() -> read(link, main, app), "Binder:1");
        reader.setDaemon(true);
        reader.start();
        Looper.loop();
    }

    private static void read(Link link, Handler main, AppThread app) {
        try {
            link.read(message -> main.post(() -> app.handle(message)));
        } catch (IOException | RuntimeException e) {
            // Nobody is left to talk to: below.
        }
        // The system is gone. A hooked process may hang in an orderly exit, so none is tried.
        Runtime.getRuntime().halt(0);
    }

    /** Tells the system that the process wants to end, and stands still. */
    public static void exit(int code) {
        Link.send("op", "exit", "code", code);
        park();
    }

    static void crash(Throwable error) {
        StringWriter trace = new StringWriter();
        try {
            error.printStackTrace(new PrintWriter(trace));
        } catch (RuntimeException | StackOverflowError e) {
            trace.write("(no trace)");
        }
        Link.send("op", "crash", "class", error.getClass().getName(),
                "message", bounded(String.valueOf(error.getMessage()), 2000),
                "trace", bounded(trace.toString(), TRACE_CHARACTERS));
        park();
    }

    private static String bounded(String text, int characters) {
        return text.length() <= characters ? text : text.substring(0, characters);
    }

    private static void park() {
        while (true) {
            LockSupport.park();
        }
    }
}
