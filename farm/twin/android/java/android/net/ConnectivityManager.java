package android.net;

import android.Manifest.permission;
import com.android.internal.os.Binding;

/** Which networks the phone is on. */
public class ConnectivityManager {
    public static final int TYPE_MOBILE = 0;
    public static final int TYPE_WIFI = 1;

    public NetworkInfo getActiveNetworkInfo() {
        Binding.require("ConnectivityService", permission.ACCESS_NETWORK_STATE);
        return new NetworkInfo();
    }
}
