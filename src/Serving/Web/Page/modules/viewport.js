// The height that is really visible: on iOS a keyboard covers the page without making it smaller.

const visible = window.visualViewport;

function fit() {
    const covered = window.innerHeight - visible.height * visible.scale;
    const root = document.documentElement;
    if (covered > 80 && visible.scale < 1.05) {
        root.style.setProperty('--visible-height', `${visible.height}px`);
        window.scrollTo(0, 0);
    } else root.style.removeProperty('--visible-height');
}

visible?.addEventListener('resize', fit);
