import android.provider.Settings;
import android.telephony.TelephonyManager;
import com.example.victim.Tracker;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.File;
import java.net.URL;
import java.net.URLDecoder;
import java.net.URLClassLoader;

/** Does what each line of its standard input says and answers with one line. */
public class Victim {
    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        say("up");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] word = line.split(" ");
            try { say(act(word)); } catch (Throwable e) { e.printStackTrace(); say("thrown " + e); }
        }
        Runtime.getRuntime().halt(0);
    }

    /** Frida's agent writes to standard output too: a mark tells the answers apart. */
    static void say(String text) {
        System.out.println("victim: " + text);
    }

    /** The words after the third, in which spaces are encoded as in a URL. */
    static String[] decoded(String[] word) throws Exception {
        String[] found = new String[word.length - 3];
        for (int i = 0; i < found.length; i++) found[i] = URLDecoder.decode(word[i + 3], "UTF-8");
        return found;
    }

    /** Starts programs while another thread makes calls; how many printed something. */
    static String forks(int count) throws Exception {
        Thread busy = new Thread(() -> {
            TelephonyManager telephony = new TelephonyManager();
            while (!Thread.currentThread().isInterrupted()) telephony.getDeviceId();
        });
        busy.start();
        int done = 0;
        for (int i = 0; i < count; i++) {
            String[] words = {"/bin/echo", "pm", "list", "packages", String.valueOf(i)};
            if (Tracker.call("execve", words).split("\u001f")[2].equals("0")) done++;
        }
        busy.interrupt();
        busy.join();
        return String.valueOf(done);
    }

    static String act(String[] word) throws Exception {
        switch (word[0]) {
            case "imei": return new TelephonyManager().getDeviceId();
            case "throw":
                try { return new TelephonyManager().getSubscriberId(); }
                catch (SecurityException e) { return "caught " + e.getMessage(); }
            case "setting": return Settings.Secure.getString(null, word[1]);
            case "many":
                TelephonyManager telephony = new TelephonyManager();
                long begin = System.nanoTime();
                for (int i = 0; i < Integer.parseInt(word[1]); i++) telephony.getDeviceId(i % 2);
                return String.valueOf(System.nanoTime() - begin);
            case "late":
                URLClassLoader loader = new URLClassLoader(new URL[] {new File(word[1]).toURI().toURL()});
                return (String) Class.forName("com.heytap.openid.sdk.OpenIDSDK", true, loader)
                        .getMethod("getOAID", Object.class).invoke(null, (Object) null);
            case "native":
                if (word[1].equals("load")) {
                    System.load(word[2]);
                    return "loaded";
                }
                switch (word[1]) {
                    case "property": return Tracker.property(word[2]);
                    case "open": return Tracker.open(word[2]);
                    case "flutter": return String.valueOf(Tracker.flutter(Boolean.parseBoolean(word[2])));
                    case "tls": return Tracker.tls(Integer.parseInt(word[2]));
                    case "search": return Tracker.search();
                    case "hardware": return Tracker.hardware();
                    case "forks": return forks(Integer.parseInt(word[2]));
                    case "call": return Tracker.call(word[2], decoded(word));
                    default: return Tracker.shell();
                }
            case "change": return com.example.victim.Changes.run(word[1]);
            case "net": return com.example.victim.Net.run(word[1], Integer.parseInt(word[2]));
            case "pin": return com.example.victim.Pins.run(word[1]);
            case "behave": return com.example.victim.Behaves.run(word[1], word[2]);
            case "serialise": return com.example.victim.Serialises.run(word[1]);
            case "view": return com.example.victim.Views.run(word[1]);
            case "hand": return com.example.victim.Hands.run(word[1]);
            case "mirror": return com.example.victim.Mirror.check();
            case "clock": return String.valueOf(System.currentTimeMillis());
            default: return "?";
        }
    }
}
