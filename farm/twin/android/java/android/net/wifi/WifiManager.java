package android.net.wifi;

import android.Manifest.permission;
import com.android.internal.os.Binding;
import java.util.ArrayList;
import java.util.List;

/** Wi-Fi. */
public class WifiManager {
    public WifiInfo getConnectionInfo() {
        Binding.require("WifiService", permission.ACCESS_WIFI_STATE);
        return new WifiInfo();
    }

    public List<ScanResult> getScanResults() {
        Binding.require("WifiService", permission.ACCESS_WIFI_STATE);
        List<ScanResult> results = new ArrayList<>();
        if (Binding.isGranted(permission.ACCESS_FINE_LOCATION)
                || Binding.isGranted(permission.ACCESS_COARSE_LOCATION)) {
            ScanResult result = new ScanResult();
            result.SSID = Binding.identity("wifi_ssid");
            result.BSSID = Binding.identity("wifi_bssid");
            result.level = -52;
            results.add(result);
        }
        return results;
    }

    public boolean isWifiEnabled() {
        return true;
    }
}
