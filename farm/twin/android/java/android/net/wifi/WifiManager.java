package android.net.wifi;

import android.Manifest.permission;
import android.net.DhcpInfo;
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

    public DhcpInfo getDhcpInfo() {
        Binding.require("WifiService", permission.ACCESS_WIFI_STATE);
        DhcpInfo info = new DhcpInfo();
        info.ipAddress = new WifiInfo().getIpAddress();
        info.gateway = 0x0101a8c0; // 192.168.1.1
        info.dns1 = info.gateway;
        info.serverAddress = info.gateway;
        return info;
    }

    public boolean isWifiEnabled() {
        return true;
    }
}
