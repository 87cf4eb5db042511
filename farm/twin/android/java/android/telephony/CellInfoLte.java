package android.telephony;

/** An LTE cell the phone hears. */
public final class CellInfoLte extends CellInfo {
    private final int ci;
    private final int tac;

    CellInfoLte(int ci, int tac) {
        this.ci = ci;
        this.tac = tac;
    }

    @Override
    public String toString() {
        return "CellInfoLte:{mRegistered=YES CellIdentityLte:{ mCi=" + ci + " mTac=" + tac + "}}";
    }
}
