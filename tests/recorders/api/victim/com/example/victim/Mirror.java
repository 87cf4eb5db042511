package com.example.victim;

/** Gives back what it gets, so that a hook that changes anything is found out. */
public class Mirror {
    private static final RuntimeException THROWN = new IllegalStateException("the very same");
    private Object held;

    public Object same(Object one) { return one; }
    public String text(String one) { return one; }
    public static byte[] bytes(byte[] one) { return one; }
    public long sums(boolean a, byte b, short c, char d, int e, long f) {
        return (a ? 1 : 0) + b + c + d + e + f;
    }
    public double halves(float a, double b, long c) { return a / 2 + b / 2 + c / 2; }
    public void keep(Object one) { held = one; }
    public static String[] names(String[] one) { return one; }
    public int fails() { throw THROWN; }

    /** "intact", or what came out differently. */
    public static String check() {
        Mirror mirror = new Mirror();
        Object object = new Object();
        if (mirror.same(object) != object) return "object";
        if (mirror.same(null) != null) return "null";
        String odd = new String("smile \uD83D\uDE00 half \uD83D zero \0 end");
        if (mirror.text(odd) != odd) return "text";
        byte[] bytes = {0, -1, 65};
        if (bytes(bytes) != bytes) return "bytes";
        String[] names = {"a", null};
        if (names(names) != names || names[1] != null) return "names";
        long sum = mirror.sums(true, (byte) -2, (short) 300, '\uFFFF', -5, Long.MAX_VALUE / 3);
        if (sum != 1 - 2 + 300 + 65535 - 5 + Long.MAX_VALUE / 3) return "sums " + sum;
        double half = mirror.halves(1.5f, -3.25, 1L << 40);
        if (half != 0.75 - 1.625 + (1L << 39)) return "halves " + half;
        mirror.keep(object);
        if (mirror.held != object) return "kept";
        try {
            mirror.fails();
            return "nothing thrown";
        } catch (IllegalStateException e) {
            if (e != THROWN) return "thrown";
        }
        return "intact";
    }
}
