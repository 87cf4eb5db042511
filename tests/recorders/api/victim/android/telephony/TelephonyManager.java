package android.telephony;

public class TelephonyManager {
    public String getDeviceId() { return getDeviceId(0); }

    public String getDeviceId(int slot) { return "86000000000000" + slot; }

    public String getSubscriberId() { throw new SecurityException("no permission"); }
}
