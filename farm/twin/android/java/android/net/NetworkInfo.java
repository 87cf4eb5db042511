package android.net;

/** The state of a network. */
public class NetworkInfo {
    public int getType() {
        return ConnectivityManager.TYPE_WIFI;
    }

    public String getTypeName() {
        return "WIFI";
    }

    public boolean isConnected() {
        return true;
    }

    public boolean isAvailable() {
        return true;
    }
}
