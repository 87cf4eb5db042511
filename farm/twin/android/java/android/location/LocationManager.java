package android.location;

import android.Manifest.permission;
import android.os.Handler;
import android.os.Looper;
import com.android.internal.os.Binding;
import com.android.internal.os.Link;
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

    /** What a test provider says, else a receiver's noise of some metres around the phone's place. */
    private static Location location(String provider) {
        Location location = new Location(provider);
        Object mocked = Link.call("location", "last", provider);
        if (mocked instanceof List) {
            location.setLatitude(((Number) ((List<?>) mocked).get(0)).doubleValue());
            location.setLongitude(((Number) ((List<?>) mocked).get(1)).doubleValue());
            return location;
        }
        Random noise = new Random();
        location.setLatitude(Binding.coordinate("latitude") + noise.nextGaussian() * 1e-5);
        location.setLongitude(Binding.coordinate("longitude") + noise.nextGaussian() * 1e-5);
        return location;
    }
}
