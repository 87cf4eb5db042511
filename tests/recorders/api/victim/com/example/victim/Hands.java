package com.example.victim;

/** An object that is handed over, whose class was there before anybody looked. */
public class Hands {
    public interface Source {
        String read();
    }

    static class Known implements Source {
        @Override
        public String read() { return "known"; }
    }

    static class Other {
        public String read() { return "other"; }
    }

    /** Has code of its own, and a subclass that has some too. */
    public static class Client {
        public String last() { return "client"; }
    }

    static class Special extends Client {
        @Override
        public String last() { return "special " + super.last(); }
    }

    public static void take(Source source) {}

    public static String run(String what) {
        switch (what) {
            case "before": return new Known().read() + new Other().read() + new Client().last() + new Special().last();
            case "unseen": return new Known().read();
            case "taken": {
                Source source = new Known();
                take(source);
                return source.read();
            }
            case "other": return new Other().read();
            case "client": return new Client().last();
            case "special": return new Special().last();
            default: return "?";
        }
    }
}
