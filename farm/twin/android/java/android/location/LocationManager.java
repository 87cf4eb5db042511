package android.location;

import android.Manifest.permission;
import android.os.Handler;
import android.os.Looper;
import com.android.internal.os.Binding;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Where the phone is. */
public class LocationManager {
    public static final String GPS_PROVIDER = "gps";
    public static final String NETWORK_PROVIDER = "network";
    public static final String PASSIVE_PROVIDER = "passive";

    public Location getLastKnownLocation(String provider) {
        check(provider);
        return location(provider);
    }

    public void requestLocationUpdates(
            String provider, long minTimeMs, float minDistanceM, LocationListener listener) {
        follow(provider, listener, Looper.getMainLooper());
    }

    public void requestLocationUpdates(String provider, long minTimeMs, float minDistanceM,
            LocationListener listener, Looper looper) {
        follow(provider, listener, looper);
    }

    private static void follow(String provider, LocationListener listener, Looper looper) {
        check(provider);
        new Handler(looper == null ? Looper.getMainLooper() : looper)
                .postDelayed(() -> listener.onLocationChanged(location(provider)), 200);
    }

    public void requestSingleUpdate(String provider, LocationListener listener, Looper looper) {
        follow(provider, listener, looper);
    }

    public void removeUpdates(LocationListener listener) {}

    public boolean isProviderEnabled(String provider) {
        return true;
    }

    public List<String> getProviders(boolean enabledOnly) {
        return Arrays.asList(PASSIVE_PROVIDER, GPS_PROVIDER, NETWORK_PROVIDER);
    }

    private static void check(String provider) {
        String what = "\"" + provider + "\" location provider requires "
                + (GPS_PROVIDER.equals(provider)
                        ? "ACCESS_FINE_LOCATION permission."
                        : "ACCESS_COARSE_LOCATION or ACCESS_FINE_LOCATION permission.");
        boolean fine = Binding.isGranted(permission.ACCESS_FINE_LOCATION);
        boolean coarse = Binding.isGranted(permission.ACCESS_COARSE_LOCATION);
        if (!fine && (GPS_PROVIDER.equals(provider) || !coarse)) {
            throw new SecurityException(what);
        }
    }

    /** A receiver's noise of some metres around the phone's place. */
    private static Location location(String provider) {
        Random noise = new Random();
        Location location = new Location(provider);
        location.setLatitude(Binding.coordinate("latitude") + noise.nextGaussian() * 1e-5);
        location.setLongitude(Binding.coordinate("longitude") + noise.nextGaussian() * 1e-5);
        return location;
    }
}
