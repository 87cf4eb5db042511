package android.net.wifi;

/** An access point in reach. */
public class ScanResult {
    public String SSID;
    public String BSSID;
    public int level;
}
