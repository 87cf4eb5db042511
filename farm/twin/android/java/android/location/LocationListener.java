package android.location;

/** Who is told of places. */
public interface LocationListener {
    void onLocationChanged(Location location);
}
