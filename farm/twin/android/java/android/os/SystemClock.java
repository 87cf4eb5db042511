package android.os;

/** Time since boot. */
public final class SystemClock {
    private SystemClock() {}

    public static long elapsedRealtime() {
        return System.nanoTime() / 1_000_000;
    }

    public static long elapsedRealtimeNanos() {
        return System.nanoTime();
    }

    public static long uptimeMillis() {
        return System.nanoTime() / 1_000_000;
    }

    public static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
