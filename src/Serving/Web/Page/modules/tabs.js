// A row of tabs (WAI-ARIA pattern): arrow keys move along it, Enter or Space shows the panel that a tab names. To pass a tab
// chooses nothing: one of them switches the microphone on.

/**
 * @param {HTMLElement} list an element with role=tablist, its tabs with aria-controls and data-name
 * @param {(name: string) => void} selected called after a change by the user
 */
export function createTabs(list, selected) {
    const tabs = [...list.querySelectorAll('[role=tab]')];
    const shown = () => tabs.filter(tab => !tab.hidden);

    function select(name) {
        for (const tab of tabs) {
            const active = tab.dataset.name === name;
            tab.setAttribute('aria-selected', String(active));
            tab.tabIndex = active ? 0 : -1;
            document.getElementById(tab.getAttribute('aria-controls')).hidden = !active;
        }
    }

    function choose(tab) {
        select(tab.dataset.name);
        tab.focus(); // not every browser gives a pressed button the focus
        selected(tab.dataset.name);
    }

    for (const tab of tabs) tab.addEventListener('click', () => choose(tab));
    list.addEventListener('keydown', event => {
        const row = shown(), at = row.indexOf(document.activeElement);
        if (at < 0) return;
        const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: row.length - 1 }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        row.at(to % row.length).focus();
    });
    return { select };
}
